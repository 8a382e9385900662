// From bytes to the content of a document: text as text where it is UTF-8, everything else as base64.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { CollectedDocument } from '../contracts/document.ts';

const LOOK = 8_192; // bytes at the beginning that tell text from binary, as git and grep do
const CONTROLS = 0.05; // share of control characters that text in old charsets does not reach

/** @returns whether the bytes look like something other than text. UTF-16 counts as text where it begins with its mark. */
export function looksBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, LOOK);
  const marked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (marked) return false;
  if (head.includes(0)) return true;
  const controls = head.filter(
    (byte) => byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte),
  ).length;
  return controls > head.length * CONTROLS;
}

/** @returns the content of a document with these bytes, exactly restorable. */
export function contentOf(bytes: Uint8Array, mediaType: string): CollectedDocument['content'] {
  const encoding = isUtf8(bytes) ? 'utf8' : 'base64';
  return { mediaType, encoding, data: Buffer.from(bytes).toString(encoding) };
}

/** @returns `sha256:` and the hexadecimal digest of the bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export interface Origin {
  readonly source: string;
  /** Within the source. */
  readonly name: string;
  readonly uri: string;
  readonly mediaType: string;
  readonly collectedAt: Date;
  readonly time?: Date | undefined;
  readonly licence?: string | undefined;
}

/** Makes the document of the bytes. */
export function documentOf(bytes: Uint8Array, origin: Origin): CollectedDocument {
  return {
    id: `${origin.source}/${origin.name}`,
    source: origin.source,
    uri: origin.uri,
    digest: digestOf(bytes),
    collectedAt: origin.collectedAt.toISOString(),
    ...(origin.time === undefined ? {} : { time: origin.time.toISOString() }),
    ...(origin.licence === undefined ? {} : { licence: origin.licence }),
    content: contentOf(bytes, origin.mediaType),
  };
}
