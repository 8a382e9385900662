// The table of failures is held against the sources: each row is raised somewhere, and nothing else is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure, failures, nonRetryableFailures } from '../../../contracts/failures.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const notRooms = new Set(['node_modules', 'tests', 'docs', 'examples']);
const rooms = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notRooms.has(entry.name))
  .map(({ name }) => join(root, name));
const sources = rooms
  .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(path, 'utf8'));
const raised = sources.flatMap((source) =>
  [...source.matchAll(/new CoppiceFailure\(\s*'(\w+)'/g)].map((match) => match[1]),
);

describe('the table of failures', () => {
  it('lists what the sources raise, and nothing that none raises', () => {
    expect([...new Set(raised)].sort()).toEqual(Object.keys(failures).sort());
  });

  it('has Temporal retry exactly the rows that retry', () => {
    expect(nonRetryableFailures).toContain('InvalidInput');
    expect(nonRetryableFailures).not.toContain('TrainingInterrupted');
    const retried = Object.entries(failures).flatMap(([type, { retries }]) => (retries ? [type] : []));
    expect([...nonRetryableFailures, ...retried].sort()).toEqual(Object.keys(failures).sort());
  });

  it('gives a failure its type as its name, and keeps its details', () => {
    const failure = new CoppiceFailure('OutOfMemory', 'needs 9 GB', { needed: 9 });
    expect(failure).toMatchObject({ type: 'OutOfMemory', name: 'OutOfMemory', details: { needed: 9 } });
  });
});
