// Labelled spans beside the documents that they are in: what fits none is set aside, the whole label of a document.
import type { CollectedDocument, SpanLabel } from '../contracts/document.ts';
import { openDocument } from '../pipeline/cleaning/working-document.ts';
import type { CollectionProblem } from './source.ts';

/**
 * @param documents all that was collected; of those with one name the last counts
 * @returns labels of documents that are there and long enough, and a problem for each of the others
 */
export async function fitSpans(
  labels: readonly SpanLabel[],
  {
    documents,
    signal,
  }: { readonly documents: AsyncIterable<CollectedDocument>; readonly signal: AbortSignal },
): Promise<{ labels: SpanLabel[]; problems: CollectionProblem[] }> {
  const wanted = new Set(labels.map(({ document }) => document));
  const lengths = new Map<string, number>();
  for await (const document of documents) {
    signal.throwIfAborted();
    if (wanted.has(document.id)) lengths.set(document.id, openDocument(document).text.length);
  }
  const problemOf = ({ document, spans }: SpanLabel): string | undefined => {
    const length = lengths.get(document);
    if (length === undefined) return 'labelled spans of a document that was not collected';
    return spans.some(({ end }) => end > length) ? 'a labelled span ends behind the text' : undefined;
  };
  const judged = labels.map((label) => ({ label, reason: problemOf(label) }));
  return {
    labels: judged.flatMap(({ label, reason }) => (reason === undefined ? [label] : [])),
    problems: judged.flatMap(({ label, reason }) =>
      reason === undefined ? [] : [{ uri: label.document, reason }],
    ),
  };
}
