// How ROUGE's texts become tokens. rouge-score keeps nothing but a to z and 0 to 9, so that of a Korean text it keeps
// nothing: such texts are counted by characters, or by morphemes of the caller.
import { stemWord } from './porter-stemmer.ts';
import type { Tokenization } from './tokenizations.ts';

const englishWords = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
const composed = (text: string): string => text.normalize('NFC').toLowerCase();

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
    split: (text) => composed(text).match(/[\p{L}\p{N}]/gu) ?? [],
  },
  /** Words of rouge-score whole, every other letter and digit by itself: for texts of several scripts. */
  mixed: {
    name: 'mixed',
    split: (text) => composed(text).match(/[a-z0-9]+|[\p{L}\p{N}]/gu) ?? [],
  },
} as const satisfies Record<string, Tokenization>;
