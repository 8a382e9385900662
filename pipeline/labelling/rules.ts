// Label functions that a model file can hold: a document has a label where words stand in it. Literal words, no patterns, so
// that no rule is slow on hostile text.

/** A function that labels a document, or abstains. */
export type LabelFunction = (text: string) => string | undefined;

export interface LabelRule {
  readonly label: string;
  /** Words or phrases, one of which must be there, in any case. */
  readonly words: readonly string[];
  /** Words or phrases none of which may be there. */
  readonly unless: readonly string[];
}

const folded = (text: string): string => ` ${text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ')} `;
const isLetter = (character: string): boolean => /[\p{L}\p{M}\p{N}]/u.test(character);

/** Makes the function of a rule. A phrase begins where a word does; Korean particles may follow it. */
export function createRule({ label, words, unless }: LabelRule): LabelFunction {
  const wanted = words.map((word) => folded(word).trim());
  const unwanted = unless.map((word) => folded(word).trim());
  return (text) => {
    const plain = folded(text);
    const stands = (word: string): boolean => standsIn(plain, word);
    return wanted.some(stands) && !unwanted.some(stands) ? label : undefined;
  };
}

function standsIn(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const isWhole = /[가-힣]$/.test(word) || !isLetter(text[at + word.length] ?? ' ');
    if (!isLetter(text[at - 1]) && isWhole) return true;
  }
  return false;
}
