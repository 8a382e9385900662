// A stream of bytes, line by line, with memory for one line of bounded length.
import { createHash } from 'node:crypto';

const NEWLINE = 0x0a;
const DIGEST_DIGITS = 16;

/** A line without its end, or what is left of one that was too long: its digest. */
export type Line =
  | { readonly bytes: Buffer }
  /** Hexadecimal, of all its bytes. */
  | { readonly tooLong: string };

/** Bytes as they come in, up to the limit; beyond it only their digest grows. */
function openLine(limit: number) {
  let pieces: Buffer[] = [];
  let size = 0;
  let hash: ReturnType<typeof createHash> | undefined;
  return {
    add: (piece: Buffer): void => {
      size += piece.length;
      if (hash === undefined && size > limit) {
        hash = createHash('sha256');
        for (const earlier of pieces) hash.update(earlier);
        pieces = [];
      }
      if (hash === undefined) pieces.push(piece);
      else hash.update(piece);
    },
    isEmpty: () => size === 0,
    close: (): Line => {
      const line =
        hash === undefined
          ? { bytes: pieces.length === 1 ? pieces[0] : Buffer.concat(pieces) }
          : { tooLong: hash.digest('hex').slice(0, DIGEST_DIGITS) };
      pieces = [];
      size = 0;
      hash = undefined;
      return line;
    },
  };
}

/**
 * Splits bytes at line feeds; a carriage return before one stays with the line.
 * @param limit bytes of a line that are kept at most
 */
export async function* boundedLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  const line = openLine(limit);
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      yield line.close();
      start = end + 1;
    }
    if (start < chunk.length) line.add(chunk.subarray(start));
  }
  if (!line.isEmpty()) yield line.close();
}
