// A document on its way through the recipe, and what a step answers about it.
import type { Alignment, CleanDocument, CollectedDocument, Correction } from '../../contracts/document.ts';
import { compose } from './alignment.ts';
import { decodeBytes } from './charset.ts';
import type { Rewrite } from './rewrites.ts';
import { rewrite, traceRewrites } from './rewrites.ts';

/** What a document holds as it was received. */
export type Content = CollectedDocument['content'];

/** A document between collection and the end of the recipe: its origin, its text so far, and the bytes behind it. */
export interface WorkingDocument extends CleanDocument {
  readonly content: Content;
}

/** What a step decides about one document. Reasons are short and few, since they are counted. */
export type Verdict =
  | {
      readonly decision: 'keep';
      /** What the step found and the document carries on. */
      readonly marks?: readonly string[];
    }
  | {
      readonly decision: 'change';
      readonly text: string;
      readonly alignment?: Alignment;
      /** How much of what was changed, such as pieces by their kind; the funnel adds it up. */
      readonly counts?: Readonly<Record<string, number>>;
      /** What was corrected, for the record. */
      readonly corrections?: readonly Correction[];
    }
  | { readonly decision: 'drop'; readonly reason: string };

/** A cleaning step: one document in, one decision out. Steps that compare documents remember what they have seen. */
export type CleaningStep = (document: WorkingDocument) => Verdict | Promise<Verdict>;

/** @returns `keep` where the text is as it was, else `change`. */
export function changeTo(document: WorkingDocument, text: string): Verdict {
  return text === document.text ? { decision: 'keep' } : { decision: 'change', text };
}

/**
 * The same for changes that are plain data; of a document with an alignment they are traced.
 * @param counts how much of what they change, for the funnel
 */
export function changeBy(
  document: WorkingDocument,
  rewrites: readonly Rewrite[],
  counts?: Readonly<Record<string, number>>,
): Verdict {
  const counted = counts && { counts };
  if (document.alignment === undefined) {
    const verdict = changeTo(document, rewrite(document.text, rewrites));
    return verdict.decision === 'change' ? { ...verdict, ...counted } : verdict;
  }
  const { text, alignment } = traceRewrites(document.text, rewrites);
  if (text === document.text) return { decision: 'keep' };
  return { decision: 'change', text, alignment: compose(document.alignment, alignment), ...counted };
}

/** @returns the bytes of a document as they were received. */
export function contentBytes(content: Content): Uint8Array {
  return Buffer.from(content.data, content.encoding);
}

/**
 * Opens a collected document for the recipe. Its text is the content as it stands; a step such as `decode-mail` makes
 * more of it.
 */
export function openDocument(collected: CollectedDocument): WorkingDocument {
  const { content } = collected;
  const text = content.encoding === 'utf8' ? content.data : decodeBytes(contentBytes(content));
  return { ...collected, text };
}
