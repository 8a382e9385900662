// Labels that documents carry themselves: the folder that they stand in, the title that they have, a column of a table.
import type { CollectedDocument } from '../contracts/document.ts';
import type { LabelSourceSpec } from '../contracts/model-spec/collection.ts';
import { decodeBytes } from '../pipeline/cleaning/charset.ts';
import { htmlToText } from '../pipeline/cleaning/html-to-text.ts';
import type { LabelCollector } from './label-lines.ts';

const TITLE = /<title(?:\s[^>]{0,500})?>([^<]{0,2000})/i;

/** @returns the title of a page in NFC, with white space folded; nothing where it has none */
export function titleOf({
  content: { encoding, data },
}: Pick<CollectedDocument, 'content'>): string | undefined {
  const html = encoding === 'utf8' ? data : decodeBytes(Buffer.from(data, 'base64'));
  const title = htmlToText(TITLE.exec(html)?.[1] ?? '')
    .replace(/\s+/g, ' ')
    .normalize('NFC');
  return title === '' ? undefined : title;
}

/** @returns the first folder of a document's name; nothing where it stands in none */
export function folderOf({ id, source }: Pick<CollectedDocument, 'id' | 'source'>): string | undefined {
  const parts = id.slice(source.length + 1).split('/');
  return parts.length > 1 ? parts[0] : undefined;
}

const readers = {
  'document-folder': folderOf,
  'document-label': ({ label }: CollectedDocument) => label,
  'document-title': titleOf,
} as const;

/** Adds a label for each document of the source that has one. */
export async function addDocumentLabels(
  { kind, source }: Extract<LabelSourceSpec, { source: string }>,
  collector: LabelCollector,
  {
    documents,
    signal,
  }: { readonly documents: AsyncIterable<CollectedDocument>; readonly signal: AbortSignal },
): Promise<void> {
  for await (const document of documents) {
    signal.throwIfAborted();
    if (document.source !== source) continue;
    const label = readers[kind](document);
    if (label !== undefined) collector.add({ document: document.id, label });
  }
}
