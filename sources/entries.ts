// The loop that all kinds of sources share: skip what has been brought, open what is new, set aside what cannot be read.
import { CoppiceFailure } from '../contracts/failures.ts';
import { errorCode } from './folder.ts';
import type { SeenEntries } from './seen-entries.ts';
import type { CollectedItem, Found } from './source.ts';

/** What an entry holds, with the fingerprint under which it will be remembered. */
export type FoundState = Found & { readonly state: number };

/** A file or an object: most hold one document, a mailbox many. */
export interface SourceEntry {
  readonly uri: string;
  readonly state: number;
  readonly open: () => AsyncIterable<FoundState>;
}

/** A failure of the place as a whole ends the run; of one entry, it sets that entry aside. */
export function problemOf(uri: string, error: unknown): Found {
  if (error instanceof CoppiceFailure && error.type !== 'ArtifactNotFound') throw error;
  return {
    problem: {
      uri,
      reason: `unreadable (${error instanceof CoppiceFailure ? error.type : errorCode(error)})`,
    },
  };
}

/**
 * Opens entries in their order. What could not be read is reported and not remembered: next time it may be readable.
 * @throws the signal's reason when it is aborted
 */
export async function* collectEntries(
  entries: Iterable<SourceEntry> | AsyncIterable<SourceEntry>,
  seen: SeenEntries,
  signal: AbortSignal,
): AsyncGenerator<CollectedItem> {
  for await (const { uri, state, open } of entries) {
    signal.throwIfAborted();
    if (seen.has(state)) continue;
    try {
      for await (const { state: foundState, ...found } of open()) {
        signal.throwIfAborted();
        if (seen.has(foundState)) continue;
        seen.add(foundState);
        yield { ...found, cursor: seen.cursor };
      }
      seen.add(state);
    } catch (error) {
      signal.throwIfAborted();
      yield { ...problemOf(uri, error), cursor: seen.cursor };
    }
  }
}
