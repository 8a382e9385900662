// Collected documents for the tests of cleaning.
import type { CollectedDocument } from '../../../../contracts/document.ts';
import { contentOf } from '../../../../sources/content.ts';

/** A document as a source would bring it. */
export function collected(
  data: string | Uint8Array,
  mediaType = 'text/plain',
  id = 'test/document',
): CollectedDocument {
  return {
    id,
    source: 'test',
    uri: `file:///${id}`,
    digest: `sha256:${'0'.repeat(64)}`,
    collectedAt: '2026-01-01T00:00:00.000Z',
    content: contentOf(Buffer.from(data), mediaType),
  };
}

/** A mail from lines, with the line ends of the wire. */
export function mail(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
