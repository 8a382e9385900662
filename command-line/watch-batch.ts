// Follows a batch to its end, a line each time that it has come further.
import { setTimeout } from 'node:timers/promises';
import type { Batches } from '../client/batches.ts';
import type { BatchView } from '../contracts/batch.ts';

const lookEveryMs = 1_000;

/** @returns how it ended; undefined where there is none of that id */
export async function watchBatch(
  id: string,
  { batches, note }: { readonly batches: Pick<Batches, 'view'>; readonly note: (line: string) => void },
): Promise<BatchView | undefined> {
  let told = '';
  for (;;) {
    const view = await batches.view(id);
    if (view?.state !== 'RUNNING') return view;
    const { shardsDone = 0, shards = 0, answered = 0, setAside = 0 } = view.status ?? {};
    const line = `${shardsDone} of ${shards} shards, ${answered} answers, ${setAside} set aside`;
    if (line !== told) note(line);
    told = line;
    await setTimeout(lookEveryMs);
  }
}
