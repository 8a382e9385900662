// Data that changes under a model, on a stack of its own and by the command line: checked, refused, accepted, and expected.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  type DataSchema,
  dataCheckSchema,
  dataSchemaSchema,
  dataStateSchema,
} from '../../contracts/data-validation.ts';
import { type OwnStack, openOwnStack } from '../support/own-stack.ts';
import { poll } from '../support/poll.ts';

let stack: OwnStack;
let texts: string;
let file: string;
beforeAll(async () => {
  stack = await openOwnStack('data-validation');
  const folder = join(stack.folder, 'decisions');
  texts = join(folder, 'texts');
  await mkdir(folder, { recursive: true });
  await cp(new URL('../../docs/adr', import.meta.url), texts, { recursive: true });
  file = join(folder, 'decisions.model.mjs');
  const definition = {
    ...{ name: 'decisions', task: 'language-modelling', validation: { onAnomaly: 'ask' } },
    collection: { sources: [{ kind: 'files', name: 'texts', path: './texts' }] },
    tokenizer: { vocabularySize: 500 },
    model: { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
    training: { pretraining: { epochs: 1, batchSize: 8 } },
    evaluation: { holdout: 10 },
  };
  await writeFile(file, `export default ${JSON.stringify(definition)};`);
}, 240_000);
afterAll(() => stack.close(), 60_000);

async function told<T>(schema: z.ZodType<T>, ...args: string[]): Promise<{ code: number; value: T }> {
  const { code, out, err } = await stack.coppice('data', ...args, '--json');
  if (out === '') throw new Error(err);
  return { code, value: schema.parse(JSON.parse(out)) };
}

/** As many pages in Korean as there are decisions in English. */
async function bringKorean(): Promise<void> {
  for (let page = 0; page < 30; page += 1)
    await writeFile(
      join(texts, `한국어-${page}.md`),
      `회의는 ${page}시에 시작합니다. 자료는 어제 보냈습니다.\n`.repeat(40),
    );
}

describe('data that changes', () => {
  it('is what the schema is inferred from, at first', async () => {
    expect(await told(dataCheckSchema, 'check', file)).toMatchObject({
      code: 0,
      value: { inferred: true, anomalies: [] },
    });
    const { value: schema } = await told(dataSchemaSchema, 'schema', 'decisions');
    expect(schema).toMatchObject({ version: 1, sources: ['texts'], languages: { shares: { en: 1 } } });
    expect(schema.labels).toBeUndefined();
    expect(await told(dataCheckSchema, 'check', file)).toMatchObject({
      code: 0,
      value: { documents: 0, revision: 1 },
    });
  }, 120_000);

  it('is told, keeps a run waiting, and is expected once somebody has accepted it', async () => {
    await bringKorean();
    const found = await told(dataCheckSchema, 'check', file);
    expect([found.code, found.value.documents]).toEqual([1, 30]);
    expect(found.value.anomalies.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['language-drift', 'unknown-words']),
    );
    const started = await stack.coppice('run', file, '--detach', '--json');
    const { workflowId } = JSON.parse(started.out) as { workflowId: string };
    const watching = stack.coppice('watch', workflowId, '--json');
    await poll(
      'the run waits',
      async () =>
        (await stack.coppice('data', 'accept', 'decisions', '--reason', 'pages in Korean')).code === 0,
      120_000,
    );
    const watched = await watching;
    expect(watched.err).toMatch(/cleaning +cached .*accepted by /);
    expect(JSON.parse(watched.out)).toMatchObject({ outcome: 'registered' });
    const { value } = await told(dataStateSchema, 'show', 'decisions');
    expect(value.revisions).toMatchObject([{ revision: 1 }, { revision: 2, reason: 'pages in Korean' }]);
    expect(value.schema?.languages?.shares).toHaveProperty('ko');
    expect(await told(dataCheckSchema, 'check', file)).toMatchObject({
      code: 0,
      value: { documents: 0, revision: 2 },
    });
  }, 300_000);

  it('is held against a schema that was edited, and an edit that is none is refused in words', async () => {
    const edited = join(stack.folder, 'schema.json');
    const { out } = await stack.coppice('data', 'schema', 'decisions');
    await writeFile(edited, JSON.stringify({ ...(JSON.parse(out) as DataSchema), sources: ['other'] }));
    const set = ['schema', 'decisions', '--set', edited] as const;
    expect(await stack.coppice('data', ...set)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason') as string,
    });
    expect((await told(dataStateSchema, ...set, '--reason', 'another source')).value.revisions).toHaveLength(
      3,
    );
    await writeFile(
      join(texts, 'one-more.md'),
      await readFile(join(texts, '0001-typescript-through-tsx.md')),
    );
    expect((await told(dataCheckSchema, 'check', file)).value.anomalies).toMatchObject([
      { kind: 'unknown-source' },
    ]);
    await writeFile(edited, JSON.stringify({ version: 1, langauges: {} }));
    const wrong = await stack.coppice('data', ...set, '--reason', 'a slip');
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('langauges') as string });
    const nothing = await stack.coppice('data', 'reject', 'decisions', '--reason', 'no run');
    expect(nothing).toMatchObject({
      code: 2,
      err: expect.stringContaining('no run of decisions goes on') as string,
    });
  }, 120_000);
});
