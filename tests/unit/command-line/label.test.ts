// The verbs as they are called.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const coppice = fileURLToPath(new URL('../../../bin/coppice.mjs', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-label-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [coppice, 'label', ...args],
      { cwd: folder },
      (_error, out, err) => {
        resolve({ code: child.exitCode ?? -1, out, err });
      },
    );
  });
}

const lines = (them: readonly object[]): string => them.map((it) => JSON.stringify(it)).join('\n');

describe('coppice label', () => {
  it('tells how far people agree', async () => {
    const votes = ['ann', 'bob'].flatMap((annotator) =>
      ['a', 'b', 'c', 'd'].map((document, at) => ({ document, annotator, label: at < 2 ? 'spam' : 'ham' })),
    );
    await writeFile(join(folder, 'votes.jsonl'), lines(votes));
    const { code, out } = await run('agreement', 'votes.jsonl');
    expect({ code, out }).toEqual({
      code: 0,
      out: '2 people, 4 documents: alpha 1.000\nbetween   kappa\nann, bob  1.000\n',
    });
  }, 120_000);

  it('chooses the documents of which least is certain', async () => {
    const documents = [0.9, 0.5, 0.7].map((spam, at) => ({
      ...{ document: `d${at}`, text: 'x', probabilities: { spam, ham: 1 - spam } },
    }));
    await writeFile(join(folder, 'documents.jsonl'), lines(documents));
    expect(
      await run('uncertain', 'documents.jsonl', '--out', 'next.jsonl', '--count', '2', '--by', 'margin'),
    ).toMatchObject({ code: 0 });
    const chosen = (await readFile(join(folder, 'next.jsonl'), 'utf8')).trim().split('\n');
    expect(chosen.map((it) => (JSON.parse(it) as { document: string }).document)).toEqual(['d1', 'd2']);
  }, 120_000);

  it('says what it cannot do', async () => {
    await writeFile(join(folder, 'plain.jsonl'), lines([{ document: 'a', text: 'b' }]));
    const cases = [
      [['uncertain', 'plain.jsonl', '--out', 'x'], 'no classifier to ask'],
      [['uncertain', 'plain.jsonl', '--out', 'x', '--by', 'luck'], 'expected entropy or margin'],
    ] as const;
    for (const [args, message] of cases)
      expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  }, 120_000);
});
