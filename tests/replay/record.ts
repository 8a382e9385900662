// Keeps histories of the integration tests as `histories/<name>.<version>.json`, one line an event:
// `RECORD_HISTORIES=v1 npx vitest run --project integration tests/integration/workflows`.
// Once a release has been made, recorded versions stay: what changed behind `patched()` is recorded beside them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type History = Parameters<typeof historyToJSON>[0];

const folder = new URL('histories/', import.meta.url);

/** Does nothing where the run does not record. @param name `<workflow>-<what happened>` */
export async function recordHistory(name: string, fetch: () => Promise<History>): Promise<void> {
  const version = process.env.RECORD_HISTORIES;
  if (version === undefined) return;
  const { events } = JSON.parse(historyToJSON(await fetch())) as { events: unknown[] };
  const lines = events.map((event) => JSON.stringify(event)).join(',\n');
  await writeFile(new URL(`${name}.${version}.json`, folder), `{"events":[\n${lines}\n]}\n`);
}

/** @returns all recorded histories, in the order of their names */
export async function readHistories(): Promise<{ workflowId: string; history: History }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({
      workflowId: name.replace(/\.json$/, ''),
      history: historyFromJSON(JSON.parse(await readFile(new URL(name, folder), 'utf8'))),
    })),
  );
}
