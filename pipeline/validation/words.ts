// Words as a vocabulary counts them.

/** Of a word no more than so many characters are read: a run of letters can be as long as a document. */
const LONGEST = 40;

/** Syllables of a run of Hangul that stand for it, since particles and endings follow the stem. */
const STEM = 2;

/** Runs of letters in lower case; of runs that begin with Hangul the first two syllables. */
export function* wordsOf(text: string): Generator<string> {
  for (const [run] of text.normalize('NFC').matchAll(/\p{L}[\p{L}\p{M}]*/gu)) {
    yield /^[가-힣]/.test(run) ? run.slice(0, STEM) : run.slice(0, LONGEST).toLowerCase();
  }
}
