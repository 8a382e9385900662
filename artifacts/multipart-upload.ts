// Large objects go up in parts, several in flight. The parts that arrived stay with the store, so that an upload that
// broke off, or whose process was killed, goes on with those that are missing.
import { createHash } from 'node:crypto';
import { inFlight } from './in-flight.ts';
import { withRetries } from './retrying.ts';
import type { SlicedBody } from './sliced-body.ts';
import { codeOf } from './store-failure.ts';

/** Objects from this size on go up in parts. */
export const multipartFromBytes = 64 * 1024 * 1024;
/** Small enough that little is lost with one, large enough that its request costs nothing beside it. */
const smallestPartBytes = 16 * 1024 * 1024;
/** S3 takes no more. */
const mostParts = 10_000;
const partsInFlight = 4;

interface ArrivedPart {
  readonly part: number;
  readonly etag: string;
  readonly size: number;
}

/** One object's uploads, as the store keeps them. */
export interface PartUploads {
  /** The newest upload of the key that was begun and not completed. */
  find(): Promise<string | undefined>;
  begin(): Promise<string>;
  listParts(uploadId: string): Promise<readonly ArrivedPart[]>;
  /** @returns the part's etag */
  putPart(
    uploadId: string,
    part: number,
    body: { bytes: ReturnType<SlicedBody['slice']>; sizeBytes: number },
  ): Promise<string>;
  complete(
    uploadId: string,
    parts: readonly { readonly part: number; readonly etag: string }[],
  ): Promise<unknown>;
  /** Size of what stands under the key. */
  storedBytes(): Promise<number | undefined>;
}

/** Rounded up to a whole MiB, so that it does not change with a few bytes more. */
function partBytesFor(sizeBytes: number): number {
  const mebibyte = 1024 * 1024;
  return Math.max(smallestPartBytes, Math.ceil(sizeBytes / mostParts / mebibyte) * mebibyte);
}

function cut(sizeBytes: number) {
  const partBytes = partBytesFor(sizeBytes);
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
    part: index + 1,
    start: index * partBytes,
    end: Math.min((index + 1) * partBytes, sizeBytes),
  }));
}

/** A part's etag is the MD5 of its bytes; where a store makes it otherwise, the part is sent again. */
async function isSame(body: SlicedBody, { start, end }: { start: number; end: number }, found: ArrivedPart) {
  if (found.size !== end - start) return false;
  const hash = createHash('md5');
  const bytes = body.slice(start, end);
  if (Buffer.isBuffer(bytes)) hash.update(bytes);
  else for await (const chunk of bytes as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex') === found.etag;
}

async function uploadOnce(body: SlicedBody, uploads: PartUploads): Promise<void> {
  const begun = await uploads.find();
  const uploadId = begun ?? (await uploads.begin());
  const arrived = new Map(
    begun === undefined ? [] : (await uploads.listParts(begun)).map((found) => [found.part, found]),
  );
  const parts = await inFlight(cut(body.sizeBytes), partsInFlight, async ({ part, start, end }) => {
    const found = arrived.get(part);
    if (found && (await isSame(body, { start, end }, found))) return { part, etag: found.etag };
    const send = () =>
      uploads.putPart(uploadId, part, { bytes: body.slice(start, end), sizeBytes: end - start });
    return { part, etag: await withRetries(send) };
  });
  await uploads.complete(uploadId, parts);
}

/**
 * Two processes that upload the same object at once share one upload; who comes second finds it completed.
 * @throws the store's error; the parts that arrived stay
 */
export async function uploadInParts(body: SlicedBody, uploads: PartUploads): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await uploadOnce(body, uploads);
      break;
    } catch (error) {
      if (codeOf(error) !== 'NoSuchUpload') throw error;
      if ((await uploads.storedBytes()) === body.sizeBytes) return;
      if (attempt === 2) throw error; // given up by somebody else, twice
    }
  }
}
