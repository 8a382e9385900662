// Documents one after the other, each followed by an end-of-text token, cut into windows of equal length without padding
// (Brown et al. 2020, arXiv:2005.14165, appendix B). A window is a context of T tokens and the token that follows each of
// them, so it reads T + 1 tokens and shares one with the next. T the context length.
import type { TokenIds } from './token-rows.ts';

/** Tokens of a corpus without rows. */
export interface TokenStream {
  readonly vocabularySize: number;
  /** Stands behind each document. */
  readonly endOfTextId: number;
  readonly ids: TokenIds;
  /** Of each document: where it ends in `ids`, its end-of-text token included; ascending. */
  readonly ends: Float64Array;
  /** Of each document: bytes of its text in UTF-8. */
  readonly bytes: Float64Array;
}

/** Consecutive documents of a stream. */
export interface Span {
  readonly documents: number;
  /** The first token that is predicted: the first one of all follows nothing, and is not. */
  readonly from: number;
  /** Behind the last token. */
  readonly to: number;
  readonly bytes: number;
}

/** Too few documents, or none with a text. */
export class CorpusTooSmall extends Error {
  readonly documents: number;
  readonly heldOut: number;

  constructor(documents: number, heldOut: number) {
    super(
      documents > heldOut
        ? `the ${documents - heldOut} documents to train on are empty`
        : `there are ${documents} documents, of which the last ${heldOut} are held out: none is left to train on`,
    );
    this.name = 'CorpusTooSmall';
    this.documents = documents;
    this.heldOut = heldOut;
  }
}

/**
 * Cuts off the last documents, which are not trained on.
 * @param heldOut how many
 * @throws CorpusTooSmall where nothing is left to train on
 */
export function splitStream(
  { ends, bytes }: TokenStream,
  heldOut: number,
): { training: Span; heldOut: Span | undefined } {
  const documents = ends.length;
  const border = documents - heldOut;
  if (border < 1) throw new CorpusTooSmall(documents, heldOut);
  const span = (first: number, last: number): Span => ({
    documents: last - first,
    from: first === 0 ? 1 : ends[first - 1],
    to: ends[last - 1],
    bytes: bytes.subarray(first, last).reduce((sum, size) => sum + size, 0),
  });
  const training = span(0, border);
  // An empty document still has its end-of-text token: that alone teaches nothing.
  if (training.to - training.from < border) throw new CorpusTooSmall(documents, heldOut);
  return { training, heldOut: heldOut === 0 ? undefined : span(border, documents) };
}

/** @returns how many windows predict every token of a span once; the last one may be shorter than the others */
export function windowsOf({ from, to }: Pick<Span, 'from' | 'to'>, contextLength: number): number {
  return Math.ceil((to - from) / contextLength);
}

/** Windows as a batch. */
export interface WindowBatch {
  /** [B × T] */
  readonly ids: Int32Array;
  /** [B × T]: what follows each. */
  readonly targets: Int32Array;
  /** [B × T]: 1 / count where there is a token to predict, 0 where a window ends early or is made up. */
  readonly weights: Float32Array;
  /** Tokens that are predicted. */
  readonly count: number;
}

/**
 * Reads windows.
 * @param windows their numbers within the span, from 0
 * @param size T, and B: at least as many as windows
 */
export function readWindows(
  { ids, endOfTextId }: TokenStream,
  { from, to }: Pick<Span, 'from' | 'to'>,
  {
    windows,
    contextLength,
    batchSize,
  }: { windows: ArrayLike<number>; contextLength: number; batchSize: number },
): WindowBatch {
  const inputs = new Int32Array(batchSize * contextLength).fill(endOfTextId);
  const targets = new Int32Array(batchSize * contextLength);
  const weights = new Float32Array(batchSize * contextLength);
  let count = 0;
  for (let row = 0; row < windows.length; row += 1) {
    const start = from + windows[row] * contextLength; // of what is predicted
    const tokens = ids.subarray(start - 1, Math.min(to, start + contextLength));
    const place = row * contextLength;
    inputs.set(tokens.subarray(0, -1), place);
    targets.set(tokens.subarray(1), place);
    weights.fill(1, place, place + tokens.length - 1);
    count += tokens.length - 1;
  }
  return { ids: inputs, targets, weights: weights.map((weight) => weight / count), count };
}
