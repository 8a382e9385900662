// Korean spelling by a dictionary: an eojeol that it does not know becomes the one that differs by one jamo, where one such
// eojeol is clear by how often it is said (Norvig 2007, "How to Write a Spelling Corrector").
import type { KoreanSpelling } from '../language/analysers.ts';
import type { Replacement } from '../rewrites.ts';
import { protectedStretches, touchesOne } from './protected-stretches.ts';

const EOJEOL = /(?<![\p{L}\p{M}\p{N}_@./-])[가-힣]{2,20}(?![\p{L}\p{M}\p{N}_@/-]|\.[\p{L}\p{N}])/gu;
/** Other candidates, and the word itself, are said less often by this factor. */
const CLEAR = 3;
const FIRST = 0xac00; // 가; a syllable is this, and 588 × initial + 28 × vowel + final (Unicode, section 3.12)
const [INITIALS, VOWELS, FINALS] = [19, 21, 28];

/** Makes what finds misspelt eojeol; those that were looked up are remembered. */
export function createKoreanSpelling(
  { isWord, frequency }: KoreanSpelling,
  { keep, maximumLookups }: { readonly keep: ReadonlySet<string>; readonly maximumLookups: number },
): (text: string) => Replacement[] {
  const known = new Map<string, readonly string[]>();
  const candidatesOf = (word: string): readonly string[] => {
    const found = known.get(word) ?? [...oneJamoAway(word)].filter(isWord);
    if (known.size < 100_000) known.set(word, found);
    return found;
  };
  return (text) => {
    const words = [...text.matchAll(EOJEOL)];
    const here = new Map<string, number>();
    for (const [word] of words) here.set(word, (here.get(word) ?? 0) + 1);
    const said = (word: string): number => frequency(word) + (here.get(word) ?? 0);
    const clear = (word: string): string => {
      const ranked = candidatesOf(word)
        .map((it) => ({ word: it, times: said(it) }))
        .sort((one, other) => other.times - one.times);
      const [best, next] = [ranked.at(0), ranked.at(1)?.times ?? 0];
      return best && best.times >= CLEAR * Math.max(1, said(word), next) ? best.word : word;
    };
    const wrong = [...here.keys()]
      .filter((word) => !keep.has(word) && !isWord(word))
      .slice(0, maximumLookups);
    const right = new Map(wrong.map((word) => [word, clear(word)]));
    const apart = protectedStretches(text);
    return words.flatMap(({ index: start, 0: piece }) => {
      const by = right.get(piece) ?? piece;
      return by === piece || touchesOne(apart, { start, end: start + piece.length })
        ? []
        : [{ start, piece, by }];
    });
  };
}

/** Every word that has another initial, vowel or final in one syllable, or none, or one more, at its end. */
function* oneJamoAway(word: string): Generator<string> {
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at) - FIRST;
    const [initial, vowel, final] = [
      Math.floor(code / (VOWELS * FINALS)),
      Math.floor(code / FINALS) % VOWELS,
      code % FINALS,
    ];
    const made = (i: number, v: number, f: number): string =>
      word.slice(0, at) + String.fromCharCode(FIRST + (i * VOWELS + v) * FINALS + f) + word.slice(at + 1);
    for (let i = 0; i < INITIALS; i += 1) if (i !== initial) yield made(i, vowel, final);
    for (let v = 0; v < VOWELS; v += 1) if (v !== vowel) yield made(initial, v, final);
    for (let f = 0; f < FINALS; f += 1) if (f !== final) yield made(initial, vowel, f);
  }
}
