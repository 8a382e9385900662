// Bytes that can be read again from any place: what an upload needs in order to go on where it broke off.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

export interface SlicedBody {
  readonly sizeBytes: number;
  /** @param end exclusive */
  slice(start: number, end: number): Buffer | Readable;
}

/** Read in pieces of this size: larger than the default, since each costs a turn of the event loop. */
const fileReadBytes = 1024 * 1024;

export function slicesOfBuffer(bytes: Buffer): SlicedBody {
  return { sizeBytes: bytes.length, slice: (start, end) => bytes.subarray(start, end) };
}

/** The file must not change. */
export function slicesOfFile(path: string, sizeBytes: number): SlicedBody {
  return {
    sizeBytes,
    slice: (start, end) =>
      // `end` of a read stream is inclusive, so that none of its ranges is empty.
      start === end
        ? Readable.from([])
        : createReadStream(path, { start, end: end - 1, highWaterMark: fileReadBytes }),
  };
}
