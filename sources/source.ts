// What every kind of source has in common: it brings documents in a fixed order, sets aside what it cannot read, and
// says after each item from where the next run goes on.
import { z } from 'zod';
import type { CollectedDocument } from '../contracts/document.ts';

export const cursorSchema = z.object({
  version: z.literal(1),
  /**
   * Base64 of what the kind of source remembers. Most keep 48-bit fingerprints, ascending, one for each state of each
   * entry that has been brought or set aside; a crawl keeps its pages.
   */
  seen: z.string(),
});

/** Plain data from which a source goes on: about eight bytes an entry, so that thousands fit beside a run's input. */
export type Cursor = z.infer<typeof cursorSchema>;

/** Something that was set aside: counted and reported, never a failure of the run. */
export interface CollectionProblem {
  readonly uri: string;
  /** Short and without particulars of the entry, since reasons are counted. */
  readonly reason: string;
}

/** One document, or one thing that is none. */
export type Found = { readonly document: CollectedDocument } | { readonly problem: CollectionProblem };

/** What a source brings, one by one. */
export type CollectedItem = Found & {
  /** @returns the cursor that goes on after this item. Ask before taking the next item; it is computed when asked for. */
  readonly cursor: () => Cursor;
};

/** A place that documents come from. */
export interface Source {
  readonly name: string;
  /** Where others pay for what is asked of them: after so long what was brought is kept, so that a kill costs no more. */
  readonly keepAfterSeconds?: number;
  /**
   * Brings what is new since the cursor, in the order of names.
   * @param cursor of an item of an earlier run; none brings everything
   * @throws CoppiceFailure SourceUnavailable, SourceForbidden or InvalidInput when the place as a whole cannot be read
   * @throws the signal's reason when it is aborted
   */
  readonly collect: (cursor: Cursor | undefined, signal: AbortSignal) => AsyncIterable<CollectedItem>;
}

/** An entry of an S3 bucket. */
export interface ObjectEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** Changes when the object's bytes do. */
  readonly etag: string;
}

/** What sources need of an object store. */
export interface ObjectReader {
  /**
   * Lists a prefix in the order of keys.
   * @param after keys up to and including this one are left out
   */
  readonly list: (bucket: string, prefix: string, after?: string) => AsyncIterable<ObjectEntry>;
  /** @param limitBytes reading ends behind it, for an object that is larger than its listing said */
  readonly read: (bucket: string, key: string, limitBytes?: number) => Promise<Uint8Array>;
  /** The same piece by piece, for objects that are too large for memory. */
  readonly stream: (bucket: string, key: string) => AsyncIterable<Uint8Array>;
}
