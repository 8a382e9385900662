// English obscenities by the library of that name, behind a normaliser of ours: it takes look-alikes and digits for letters
// itself, but not letters that stand apart or are parted by what is not seen.
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

const INVISIBLE = /[\u00AD\u200B-\u200F\u2060\uFE00-\uFE0F\uFEFF]/g;
/** Three to thirty letters, each with a blank or a sign behind it. */
const SPACED_LETTERS = /(?<![\p{L}\p{N}])[\p{L}](?:[ .*_-][\p{L}](?![\p{L}\p{N}])){2,29}/gu;

/** @returns what finds the obscene words of a text, each by its name in the library's list, as often as it stands there */
export function createObscenities(): (text: string) => string[] {
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (text) => {
    const plain = text
      .normalize('NFKC')
      .replace(INVISIBLE, '')
      .replace(SPACED_LETTERS, (letters) => letters.replace(/[ .*_-]/g, ''));
    const words = matcher
      .getAllMatches(plain)
      .map((match) => englishDataset.getPayloadWithPhraseMetadata(match).phraseMetadata?.originalWord);
    return words.filter((word) => word !== undefined);
  };
}
