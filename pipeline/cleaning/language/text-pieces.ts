// A text in pieces that analysers can take: some of them need quadratic time, wink-nlp for a long run without a blank and
// Intl.Segmenter for a long text (28 s for 2 MB at once, 33 ms by paragraph).

/** A piece of a text; what no analyser is given, such as line breaks and data in one run, is copied as it stands. */
export interface TextPiece {
  readonly kind: 'words' | 'other';
  readonly text: string;
}

const LONGEST_RUN = 100; // units without a blank; no word of either language is as long
const LONGEST_PIECE = 5_000; // units; a paragraph that goes on is parted at a blank

const LINES = /[^\n]+|\n+/g;
const RUNS = /\S+|\s+/g;

/** Parts a text; the pieces make the text again. */
export function* textPieces(text: string): Generator<TextPiece> {
  for (const [line] of text.matchAll(LINES)) {
    if (line.startsWith('\n')) yield { kind: 'other', text: line };
    else yield* linePieces(line);
  }
}

function* linePieces(line: string): Generator<TextPiece> {
  let [start, end] = [0, 0];
  for (const { index, 0: run } of line.matchAll(RUNS)) {
    const isOther = run.length > LONGEST_RUN;
    if (isOther || index + run.length - start > LONGEST_PIECE) {
      if (end > start) yield { kind: 'words', text: line.slice(start, end) };
      start = index;
    }
    end = index + run.length;
    if (!isOther) continue;
    yield { kind: 'other', text: run };
    start = end;
  }
  if (end > start) yield { kind: 'words', text: line.slice(start, end) };
}
