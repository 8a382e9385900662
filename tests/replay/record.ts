// Keeps histories of the integration tests as `histories/<name>.<version>.json`, one line an event:
// `RECORD_HISTORIES=v1 npx vitest run --project integration tests/integration/workflows`.
// Once a release has been made, recorded versions stay: what changed behind `patched()` is recorded beside them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type History = Parameters<typeof historyToJSON>[0];

/** What tells of the machine that recorded, and nothing to a replay. */
const dropped = new Set(['identity', 'workerVersion', 'taskId', 'stackTrace']);

const folder = new URL('histories/', import.meta.url);

/** Does nothing where the run does not record. @param name `<workflow>-<what happened>` */
export async function recordHistory(name: string, fetch: () => Promise<History>): Promise<void> {
  const version = process.env.RECORD_HISTORIES;
  if (version === undefined) return;
  const { events } = JSON.parse(historyToJSON(await fetch())) as { events: unknown[] };
  const lines = events.map((event) => JSON.stringify(event, withoutDropped)).join(',\n');
  await writeFile(new URL(`${name}.${version}.json`, folder), `{"events":[\n${lines}\n]}\n`);
}

function withoutDropped(key: string, value: unknown): unknown {
  return dropped.has(key) ? undefined : value;
}

export interface RecordedHistory {
  readonly name: string;
  readonly type: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly history: History;
}

/**
 * @param only one history, its JSON changed
 * @returns all recorded histories, in the order of their names
 */
export async function readHistories(only?: {
  name: string;
  change: (json: string) => string;
}): Promise<RecordedHistory[]> {
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5));
  return Promise.all(
    names
      .filter((name) => only === undefined || only.name === name)
      .sort()
      .map(async (name) => {
        const json = await readFile(new URL(`${name}.json`, folder), 'utf8');
        const history = historyFromJSON(JSON.parse(only ? only.change(json) : json));
        const started = history.events?.at(0)?.workflowExecutionStartedEventAttributes;
        return {
          name,
          type: started?.workflowType?.name ?? '',
          workflowId: started?.workflowId ?? '',
          runId: started?.originalExecutionRunId ?? '',
          history,
        };
      }),
  );
}
