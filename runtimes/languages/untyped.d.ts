// What packages without types of their own hold of what is used here.
declare module 'snowball-stemmers' {
  const snowball: {
    newStemmer: (algorithm: 'english') => { readonly stem: (word: string) => string };
  };
  export = snowball;
}
