// What a user's own label functions are: a module whose default export is `defineLabelFunctions({...})`.

/** A document as label functions see it. */
export interface LabelledDocument {
  readonly id: string;
  readonly uri: string;
  /** As it was collected; of HTML what it shows. */
  readonly text: string;
  readonly mediaType: string;
  /** When the document says that it was made, in ISO 8601. */
  readonly time?: string;
  readonly licence?: string;
  /** A pseudonym. */
  readonly author?: string;
}

/** Votes for a label, or abstains: `undefined` or `null`. What it throws is counted, and it abstains. */
export type LabelFunction = (
  document: LabelledDocument,
) => string | null | undefined | Promise<string | null | undefined>;

/** By the names under which they have weights. */
export type LabelFunctions = Readonly<Record<string, LabelFunction>>;

/**
 * Types label functions for the editor. A model file names the module by `{ kind: 'label-votes', functions: './labels.ts' }`.
 * @example export default defineLabelFunctions({ prizes: ({ text }) => (text.includes('prize') ? 'spam' : undefined) });
 */
export function defineLabelFunctions(functions: LabelFunctions): LabelFunctions {
  return functions;
}
