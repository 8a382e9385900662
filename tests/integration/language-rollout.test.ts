// Rollouts of a language model by real ratings, on a stack of its own: readers ask the gateway, look at who answered, and say
// how good it was. The version that they like takes over, and the one that they do not goes back.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CoppiceClient, connectCoppice } from '../../client/coppice-client.ts';
import { readSettings } from '../../settings/settings.ts';
import { type OwnStack, openOwnStack } from '../support/own-stack.ts';
import { poll } from '../support/poll.ts';

const model = 'speaker';
const readersAtOnce = 4;

let stack: OwnStack;
let client: CoppiceClient;
let file: string;
let readers = 0;
beforeAll(async () => {
  stack = await openOwnStack('ratings');
  client = await connectCoppice(readSettings({ ...process.env, ...stack.environment }));
  file = await writeModel();
}, 240_000);
afterAll(async () => {
  await client.close();
  await stack.close();
}, 60_000);

async function writeModel(): Promise<string> {
  const folder = join(stack.folder, model);
  await mkdir(folder, { recursive: true });
  await cp(new URL('../../docs/adr', import.meta.url), join(folder, 'texts'), { recursive: true });
  const definition = {
    ...{ name: model, task: 'language-modelling' },
    collection: { sources: [{ kind: 'files', name: 'texts', path: './texts' }] },
    tokenizer: { vocabularySize: 500 },
    model: { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
    training: { pretraining: { maximumSteps: 4, epochs: 1, batchSize: 4 } },
    evaluation: { holdout: 10 },
    rollout: {
      ...{ steps: [0.5], metrics: ['rating', 'not-toxic'], interval: 'exact', alpha: 0.05 },
      ...{ minimumSample: 30, maximumSample: 2_000, stepMinimumSample: 10, stepMinimumSeconds: 0 },
      ...{ lookEverySeconds: 0.5, watchSeconds: 1, patienceSeconds: 600 },
      validation: { texts: ['Each version'], rounds: 1, maximumLatencyRatio: 1_000 },
      guardrails: { minimumRequests: 0, maximumErrorRate: 0.5, maximumP95LatencyMs: 60_000 },
    },
  };
  const path = join(folder, `${model}.model.mjs`);
  await writeFile(path, `export default ${JSON.stringify(definition)};`);
  return path;
}

async function makeVersion(): Promise<number> {
  const run = await stack.coppice('run', file, '--json');
  const told = JSON.parse(run.out) as { outcome: string; version: number };
  expect(told.outcome).toBe('registered');
  return told.version;
}

async function post<T>(path: string, body: object): Promise<T | undefined> {
  const reply = await fetch(new URL(path, stack.environment.GATEWAY_URL), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, ...body }),
  });
  return reply.ok ? ((await reply.json()) as T) : undefined;
}

/** @param liked the version that gets five stars of five */
async function readOnce(liked: number): Promise<number | undefined> {
  readers += 1;
  const question = { prompt: 'Each version', max_tokens: 2, user: `reader-${readers}` };
  const answer = await post<{ id: string; system_fingerprint: string }>('/v1/completions', question);
  if (!answer) return undefined;
  const version = Number(answer.system_fingerprint.split('@')[1]);
  const rating = { value: version === liked ? 5 : 1, minimum: 1, maximum: 5 };
  expect(await post('/v1/feedback', { response: answer.id, rating })).toBeDefined();
  return version;
}

/** Readers come until the rollout has ended. */
async function rolloutOf(version: number, liked: number) {
  await poll(`rollout of ${version}`, () => client.rolloutStatus(model, version), 60_000);
  let isOver = false;
  const result = client.rolloutResult(model, version).finally(() => {
    isOver = true;
  });
  const read = async () => {
    while (!isOver) await readOnce(liked);
  };
  const [ended] = await Promise.all([result, ...Array.from({ length: readersAtOnce }, read)]);
  return ended;
}

it('the version that readers rate higher takes over, and the next one, rated lower, goes back', async () => {
  const first = await makeVersion();
  await poll('the first version answers', () => readOnce(first), 120_000);

  const liked = await makeVersion();
  const promoted = await rolloutOf(liked, liked);
  expect(promoted).toMatchObject({ verdict: 'promote' });
  expect(promoted.reasons.join()).toMatch(/rating higher by .* subjects\)/);
  expect(await readOnce(liked)).toBe(liked);

  const disliked = await makeVersion();
  const back = await rolloutOf(disliked, liked);
  expect(back).toMatchObject({ verdict: 'rollback' });
  expect(back.reasons.join()).toMatch(/rating lower by/);
  expect(back.reasons.join()).toMatch(/not-toxic/);
  expect(await readOnce(liked)).toBe(liked);
  const versions = JSON.parse((await stack.coppice('versions', model, '--json')).out) as unknown;
  expect(JSON.stringify(versions)).toContain('rolled-back');
}, 900_000);
