// One table of failures: what code raises, what documents and comments name, and what Temporal is told.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../../activities/failures.ts';
import {
  CoppiceFailure,
  type FailureType,
  failures,
  nonRetryableFailures,
} from '../../../contracts/failures.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const rooms = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name)
  .filter((name) => !['node_modules', 'tests', 'docs'].includes(name));
const sources = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => readFileSync(join(root, room, name), 'utf8')),
);
const found = (pattern: RegExp): string[] =>
  [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, type]) => type)))].sort();
const table = Object.keys(failures).sort();

describe('the table of failures', () => {
  it('names every type that code raises, and none besides', () => {
    expect(found(/new CoppiceFailure\(\s*'(\w+)'/g)).toEqual(table);
  });

  it('names every type that a workflow raises', () => {
    const raised = found(/ApplicationFailure\.\w+\([^;]*?'([A-Z][A-Za-z]+)',?\s*\)/g);
    expect(raised.length).toBeGreaterThan(0);
    expect(raised.filter((type) => !table.includes(type))).toEqual([]);
  });

  it('names every type that an activity says it throws', () => {
    const activities = readdirSync(join(root, 'activities')).map((name) =>
      readFileSync(join(root, 'activities', name), 'utf8'),
    );
    const named = activities.flatMap((text) =>
      [...text.matchAll(/@throws ((?:[A-Z]\w+, )*[A-Z]\w+)/g)].flatMap(([, list]) => list.split(', ')),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((type) => !table.includes(type))).toEqual([]);
  });

  it('tells Temporal which types it may not retry', () => {
    expect([...nonRetryableFailures].sort()).toEqual(
      table.filter((type) => !failures[type as FailureType].retries),
    );
    expect(nonRetryableFailures).toContain('ArtifactCorrupt');
    expect(nonRetryableFailures).not.toContain('ArtifactStoreUnavailable');
  });
});

describe('toApplicationFailure', () => {
  it.each(table as FailureType[])('gives %s its type, its details and whether it retries', (type) => {
    const failure = toApplicationFailure(new CoppiceFailure(type, 'what happened', { path: '/a' }));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type,
      message: 'what happened',
      nonRetryable: !failures[type].retries,
      details: [{ path: '/a' }],
    });
  });

  it('keeps the cause', () => {
    const cause = new Error('connection reset');
    const failure = new CoppiceFailure('ArtifactStoreUnavailable', 'the store is away');
    failure.cause = cause;
    expect(toApplicationFailure(failure)).toMatchObject({ cause });
  });

  it('passes other errors on as they are: a surprise may go away', () => {
    const surprise = new TypeError('undefined is not a function');
    expect(toApplicationFailure(surprise)).toBe(surprise);
  });
});
