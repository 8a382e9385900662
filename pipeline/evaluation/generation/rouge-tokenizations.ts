// How ROUGE's texts become tokens. rouge-score keeps nothing but a to z and 0 to 9, so that of a Korean text it keeps
// nothing: such texts are counted by characters, or by morphemes of the caller.
import { stemWord } from './porter-stemmer.ts';
import type { Tokenization } from './tokenizations.ts';

const englishWords = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

export const rougeTokenizations = {
  /** Words of rouge-score. */
  english: { name: 'english', split: englishWords },
  /** The same, those of more than three letters by their stems. */
  'english-stems': {
    name: 'english-stems',
    split: (text) => englishWords(text).map((word) => (word.length > 3 ? stemWord(word) : word)),
  },
  /** Every letter and digit by itself, in lower case, composed. */
  characters: {
    name: 'characters',
    split: (text) =>
      text
        .normalize('NFC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]/gu) ?? [],
  },
} as const satisfies Record<string, Tokenization>;
