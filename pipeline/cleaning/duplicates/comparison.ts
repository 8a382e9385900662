// A corpus too large to be remembered is compared in batches: each with itself in memory, and with what all earlier batches
// left in sorted records. The decisions are those of one pass over all of it, wherever one batch ends and the next begins.
import type { Verdict, WorkingDocument } from '../working-document.ts';

/** A document that later ones may have to be held against, and whose it is: it can be forgotten. */
export interface RememberedText {
  readonly id: string;
  readonly uri: string;
  readonly digest: string;
  readonly text: string;
}

/** What a batch leaves for those after it. */
export interface Remembered {
  /** Sorted (`records.ts`); places are those in `texts`, 0 where there are none. */
  readonly records: Uint32Array;
  readonly texts: readonly RememberedText[];
}

/** Texts are read back so many at a time. */
export const textsABlock = 256;

/** What an earlier batch left, wherever it is kept. */
export interface SeenBatch {
  /** Sorted, in pieces of whole records. */
  readonly records: () => AsyncIterable<Uint32Array>;
  /** @param block from 0, of `textsABlock` texts */
  readonly texts: (block: number) => Promise<readonly string[]>;
}

export interface Compared {
  /** One a document, in their order. */
  readonly verdicts: readonly Verdict[];
  readonly remembered: Remembered;
}

/** Compares the documents of a batch with each other, and with what was seen before. */
export type Compare = (
  documents: readonly WorkingDocument[],
  seen: AsyncIterable<SeenBatch> | Iterable<SeenBatch>,
) => Promise<Compared>;
