// Papers and books: a PDF or an EPUB becomes its text. How they are read is handed in, since it takes a thread of its own.
import type { CleaningStep } from './working-document.ts';
import { changeTo, contentBytes } from './working-document.ts';

/** @returns the text, or why there is none: short and one of few */
export type ReadDocument = (
  bytes: Uint8Array,
  kind: 'pdf' | 'epub',
) => Promise<{ readonly text: string } | { readonly reason: string }>;

export interface DocumentReader {
  readonly read: ReadDocument;
  readonly close: () => Promise<void>;
}

const kinds: Readonly<Record<string, 'pdf' | 'epub'>> = {
  'application/pdf': 'pdf',
  'application/epub+zip': 'epub',
};

const MAGIC = { pdf: '%PDF-', epub: 'PK\u0003\u0004' } as const;
const LOOK = 1_024; // bytes within which a PDF begins (PDF 1.7, implementation note 13)

function beginsAs(kind: 'pdf' | 'epub', bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, LOOK)).toString('latin1');
  return kind === 'pdf' ? head.includes(MAGIC.pdf) : head.startsWith(MAGIC.epub);
}

/**
 * Makes the step `decode-document`: documents of the types application/pdf and application/epub+zip become text, a paragraph
 * a line; others stay as they are.
 * @param read absent where nothing can read them: they are dropped
 */
export function createDecodeDocument(read: ReadDocument | undefined): CleaningStep {
  return async (document) => {
    const kind = kinds[document.content.mediaType.split(';', 1)[0].trim().toLowerCase()] as
      | 'pdf'
      | 'epub'
      | undefined;
    if (kind === undefined) return { decision: 'keep' };
    if (read === undefined) return { decision: 'drop', reason: 'no-reader' };
    const bytes = contentBytes(document.content);
    if (!beginsAs(kind, bytes)) return { decision: 'drop', reason: `not-${kind}` };
    const found = await read(bytes, kind);
    return 'text' in found ? changeTo(document, found.text) : { decision: 'drop', reason: found.reason };
  };
}
