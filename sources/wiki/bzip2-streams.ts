// A file of bzip2 streams one behind the other, as multistream dumps are: unpacked from its beginning, or from a stream on. A
// stream begins at a whole byte with a mark of ten, which data inside a stream has by chance once in 2^76 places.
import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import unbzip2 from 'unbzip2-stream';

const PIECE = 256 * 1_024; // bytes that are read at a time
const BLOCK = Buffer.from('314159265359', 'hex'); // begins the first block, behind "BZh" and a digit
const HEAD = 4;
const MARK = HEAD + BLOCK.length;

/** Some bytes of a dump; the first of a stream say where it begins in the file. */
export interface DumpPiece {
  readonly bytes: Uint8Array;
  readonly begins?: number;
}

/** @returns where a stream begins from `from` on, or -1 */
function findStream(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(BLOCK, from + HEAD); at !== -1; at = bytes.indexOf(BLOCK, at + 1)) {
    const head = bytes.toString('latin1', at - HEAD, at);
    if (/^BZh[1-9]$/.test(head)) return at - HEAD;
  }
  return -1;
}

/** Reads one stream as it is packed. @param ended told where the next one begins, if there is one */
async function* packedStream(
  file: FileHandle,
  begin: number,
  ended: (next: number | undefined) => void,
): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  let isBeginning = true;
  for (let position = begin; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, position);
    position += bytesRead;
    held = Buffer.concat([held, buffer.subarray(0, bytesRead)]);
    const next = findStream(held, isBeginning ? 1 : 0);
    if (next !== -1 || bytesRead === 0) {
      ended(next === -1 ? undefined : position - held.length + next);
      yield next === -1 ? held : held.subarray(0, next);
      return;
    }
    if (held.length < MARK) continue;
    isBeginning = false;
    yield held.subarray(0, held.length - MARK + 1); // a mark may be cut
    held = held.subarray(held.length - MARK + 1);
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const file = Readable.from(packed, { objectMode: false });
  const out = new PassThrough();
  const fail = (error: Error): void => void out.destroy(error);
  // A stream of the old kind, which says that it is closed before what it gave was taken.
  file.once('error', fail).pipe(unbzip2()).on('error', fail).pipe(out);
  try {
    yield* out as AsyncIterable<Uint8Array>;
  } finally {
    file.destroy();
    out.destroy();
  }
}

/** Unpacks a file. @param from where a stream begins in it; those before are not read */
export async function* readBzip2(path: string, from: number): AsyncGenerator<DumpPiece> {
  const file = await open(path);
  try {
    for (let begin: number | undefined = from; begin !== undefined; ) {
      let next: number | undefined;
      const begins: number = begin;
      let isFirst = true;
      const stream = packedStream(file, begins, (found) => void (next = found));
      for await (const bytes of unpacked(stream)) {
        yield { bytes, ...(isFirst && { begins }) };
        isFirst = false;
      }
      begin = next;
    }
  } finally {
    await file.close();
  }
}
