import { describe, expect, it } from 'vitest';
import type { TokenStream } from '../../../../pipeline/training/token-stream.ts';
import {
  CorpusTooSmall,
  readWindows,
  splitStream,
  windowsOf,
} from '../../../../pipeline/training/token-stream.ts';

const end = 9;

/** @param documents tokens of each */
function streamOf(documents: readonly (readonly number[])[]): TokenStream {
  const ids = Uint16Array.from(documents.flatMap((tokens) => [...tokens, end]));
  let at = 0;
  const ends = Float64Array.from(documents, (tokens) => (at += tokens.length + 1));
  const bytes = Float64Array.from(documents, (tokens) => 2 * tokens.length);
  return { vocabularySize: 10, endOfTextId: end, ids, ends, bytes };
}

const stream = streamOf([[1, 2, 3], [4], [5, 6, 7, 8], [1, 1]]);
const rowsOf = (values: Int32Array, length: number): number[][] =>
  Array.from({ length: values.length / length }, (_, row) => [
    ...values.subarray(row * length, (row + 1) * length),
  ]);

describe('a stream of documents', () => {
  it('is cut into a part to train on and the last documents, of which every token is predicted', () => {
    const { training, heldOut } = splitStream(stream, 2);
    expect(training).toEqual({ documents: 2, from: 1, to: 6, bytes: 8 });
    expect(heldOut).toEqual({ documents: 2, from: 6, to: 14, bytes: 12 });
    expect(splitStream(stream, 0).heldOut).toBeUndefined();
  });

  it('is read in windows across documents: what follows each token is predicted once', () => {
    const { training } = splitStream(stream, 1);
    expect(windowsOf(training, 4)).toBe(3);
    const { ids, targets, weights, count } = readWindows(stream, training, {
      windows: [0, 1, 2],
      contextLength: 4,
      batchSize: 4,
    });
    expect(rowsOf(ids, 4)).toEqual([
      [1, 2, 3, end],
      [4, end, 5, 6],
      [7, 8, end, end], // the last window ends early
      [end, end, end, end], // and this one is made up
    ]);
    expect(rowsOf(targets, 4).slice(0, 3)).toEqual([
      [2, 3, end, 4],
      [end, 5, 6, 7],
      [8, end, 0, 0],
    ]);
    expect(count).toBe(10);
    expect([...weights].map((weight) => Math.round(weight * 10))).toEqual([
      ...Array<number>(10).fill(1),
      ...Array<number>(6).fill(0),
    ]);
  });

  it('has held-out documents begin behind the last end of text that was trained on', () => {
    const { heldOut } = splitStream(stream, 1);
    if (heldOut === undefined) throw new Error('expected documents');
    const { ids, targets } = readWindows(stream, heldOut, { windows: [0], contextLength: 4, batchSize: 1 });
    expect([[...ids], [...targets]]).toEqual([
      [end, 1, 1, end],
      [1, 1, end, 0],
    ]);
  });

  it('has one short window where the context is longer than all documents together', () => {
    const { training } = splitStream(stream, 0);
    expect(windowsOf(training, 1_000)).toBe(1);
    const { count } = readWindows(stream, training, { windows: [0], contextLength: 1_000, batchSize: 1 });
    expect(count).toBe(13);
  });

  it('is refused where all is held out, or where there is no text, with the numbers', () => {
    expect(() => splitStream(stream, 4)).toThrow(
      new CorpusTooSmall(4, 4), // there are 4 documents, of which the last 4 are held out
    );
    expect(() => splitStream(streamOf([[], [], [1]]), 1)).toThrow('the 2 documents to train on are empty');
    expect(() => splitStream(streamOf([]), 0)).toThrow(CorpusTooSmall);
  });
});
