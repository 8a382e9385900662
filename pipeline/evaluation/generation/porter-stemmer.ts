// Stems of English words (Porter 1980, "An algorithm for suffix stripping") as NLTK's PorterStemmer finds them, which
// rouge-score takes: with its table of irregular words and its changes to steps 1 and 2.

/** What a suffix becomes where the stem before it fits; the first rule whose suffix stands at the end decides. */
type Rule = readonly [suffix: string, replacement: string, fits?: (stem: string) => boolean];

const irregular: Readonly<Record<string, string>> = {
  ...{ skies: 'sky', sky: 'sky', dying: 'die', lying: 'lie', tying: 'tie', news: 'news', howe: 'howe' },
  ...{ innings: 'inning', inning: 'inning', outings: 'outing', outing: 'outing' },
  ...{ cannings: 'canning', canning: 'canning', proceed: 'proceed', exceed: 'exceed', succeed: 'succeed' },
};

/** A letter of each: c for a consonant, v for a vowel; y is a vowel behind a consonant. */
function pattern(word: string): string {
  let letters = '';
  for (const letter of word) {
    const isVowel = 'aeiou'.includes(letter) || (letter === 'y' && letters.endsWith('c'));
    letters += isVowel ? 'v' : 'c';
  }
  return letters;
}

/** How often a consonant follows a vowel: Porter's m. */
const measure = (stem: string): number => pattern(stem).split('vc').length - 1;
const hasVowel = (stem: string): boolean => pattern(stem).includes('v');
const longerThan0 = (stem: string): boolean => measure(stem) > 0;
const longerThan1 = (stem: string): boolean => measure(stem) > 1;

const endsInDoubleConsonant = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && pattern(word).endsWith('c');

/** Consonant, vowel, consonant, the last of them not w, x or y; or a word of a vowel and a consonant. */
function endsInShortSyllable(word: string): boolean {
  const letters = pattern(word);
  return letters === 'vc' || (letters.endsWith('cvc') && !/[wxy]$/.test(word));
}

function apply(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement, fits] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return fits === undefined || fits(stem) ? stem + replacement : word;
}

const plurals: readonly Rule[] = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

/** caresses → caress, ponies → poni, dies → die */
const step1a = (word: string): string =>
  word.length === 4 && word.endsWith('ies') ? word.slice(0, -1) : apply(word, plurals);

/** agreed → agree, plastered → plaster, hopping → hop, filing → file, died → die, spied → spi */
function step1b(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return apply(word, [['eed', 'ee', longerThan0]]);
  const suffix = ['ed', 'ing'].find((of) => word.endsWith(of) && hasVowel(word.slice(0, -of.length)));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

/** happy → happi, enjoy → enjoy, by → by */
const step1c = (word: string): string =>
  apply(word, [['y', 'i', (stem) => stem.length > 1 && pattern(stem).endsWith('c')]]);

const doubleSuffixes: readonly Rule[] = (
  [
    ...[
      ['ational', 'ate'],
      ['tional', 'tion'],
      ['enci', 'ence'],
      ['anci', 'ance'],
      ['izer', 'ize'],
    ],
    ...[
      ['bli', 'ble'],
      ['alli', 'al'],
      ['entli', 'ent'],
      ['eli', 'e'],
      ['ousli', 'ous'],
    ],
    ...[
      ['ization', 'ize'],
      ['ation', 'ate'],
      ['ator', 'ate'],
      ['alism', 'al'],
      ['iveness', 'ive'],
    ],
    ...[
      ['fulness', 'ful'],
      ['ousness', 'ous'],
      ['aliti', 'al'],
      ['iviti', 'ive'],
      ['biliti', 'ble'],
    ],
    ...[['fulli', 'ful']],
  ] as [string, string][]
).map(([suffix, replacement]) => [suffix, replacement, longerThan0]);

/** relational → relate; what ends in -alli loses it first and is looked at once more. */
function step2(word: string): string {
  if (word.endsWith('alli') && longerThan0(word.slice(0, -4))) return step2(word.slice(0, -2));
  // The l of -logi counts with the stem, so that geologi is as archaeologi.
  return apply(word, [...doubleSuffixes, ['logi', 'log', (stem) => longerThan0(`${stem}l`)]]);
}

const step3Suffixes: readonly Rule[] = [
  ['icate', 'ic', longerThan0],
  ['ative', '', longerThan0],
  ['alize', 'al', longerThan0],
  ['iciti', 'ic', longerThan0],
  ['ical', 'ic', longerThan0],
  ['ful', '', longerThan0],
  ['ness', '', longerThan0],
];

const step4Suffixes: readonly Rule[] = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent'],
  ...['ion', 'ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'],
].map((suffix) => [
  suffix,
  '',
  suffix === 'ion' ? (stem: string) => longerThan1(stem) && /[st]$/.test(stem) : longerThan1,
]);

/** probate → probat, cease → ceas, rate → rate; controll → control */
function step5(word: string): string {
  const long = (stem: string): boolean =>
    longerThan1(stem) || (measure(stem) === 1 && !endsInShortSyllable(stem));
  const shortened = apply(word, [['e', '', long]]);
  return apply(shortened, [['ll', 'l', (stem) => longerThan1(`${stem}l`)]]);
}

/**
 * @param word in lower case
 * @example stemWord('relational') → relat
 */
export function stemWord(word: string): string {
  if (Object.hasOwn(irregular, word)) return irregular[word];
  if (word.length <= 2) return word;
  const stem = step2(step1c(step1b(step1a(word))));
  return step5(apply(apply(stem, step3Suffixes), step4Suffixes));
}
