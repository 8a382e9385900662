// What is told of answers, by a real thread, through the routes of a gateway.
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { CompletionRecord } from '../../../../contracts/observation.ts';
import {
  createScoredRecords,
  type ScoredRecordsDependencies,
} from '../../../../serving/scoring/scored-records.ts';
import { createScoringThread } from '../../../../serving/scoring/scoring-thread.ts';
import { createGatewayServer } from '../../../support/gateway-server.ts';
import { poll } from '../../../support/poll.ts';
import { createLanguageVersion, servedModelOf } from '../../../support/served-versions.ts';

const model = 'mail-filter';
const thread = createScoringThread();
afterAll(() => thread.close());

type Rollout = Awaited<ReturnType<ScoredRecordsDependencies['readRollout']>>;
let rollout: Rollout;
let kept: CompletionRecord[];
beforeEach(() => {
  [rollout, kept] = [undefined, []];
});

const answer: CompletionRecord = {
  ...{ kind: 'completion', id: 'cmpl-1', at: '2026-05-01T12:00:00.000Z', model, subject: 'kim' },
  ...{ generation: 1, arm: 'champion', version: 1, latencyMs: 5, promptTokens: 1, completionTokens: 1 },
};
/** One that has read the model file. */
const open = async (ask = thread.ask) => {
  const scored = createScoredRecords({
    ...{ ask, record: (record) => kept.push(record) },
    readRollout: () => Promise.resolve(rollout),
  });
  scored.recordCompletion(answer, () => []);
  await poll('the first record', () => kept.length === 1, 5_000);
  await new Promise(setImmediate);
  kept = [];
  return scored;
};
const answered =
  (...outputs: string[]) =>
  () =>
    outputs.map((output) => ({ input: 'a question', output }));

describe('records of answers', () => {
  it('hold what the model file asks for, and no text', async () => {
    rollout = { metrics: ['rating', 'not-refused', 'not-toxic', 'format'], answerFormat: { json: true } };
    const scored = await open();
    scored.recordCompletion(answer, answered('{"fine": true}', 'I am sorry, I cannot say.'));
    scored.recordCompletion({ ...answer, id: 'cmpl-2' }, answered('what the fuck'));
    await scored.settled();
    expect(kept).toEqual([
      { ...answer, scores: { 'not-refused': 0.5, 'not-toxic': 1, format: 0.5 } },
      { ...answer, id: 'cmpl-2', scores: { 'not-refused': 1, 'not-toxic': 0, format: 0 } },
    ]);
  });

  it('hold what a guardrail of the model file is held against', async () => {
    rollout = { metrics: ['not-refused'], guardrails: { maximumToxicRate: 0.01 } };
    const scored = await open();
    scored.recordCompletion(answer, answered('fine'));
    await scored.settled();
    expect(kept).toEqual([{ ...answer, scores: { 'not-refused': 1, 'not-toxic': 1 } }]);
    [rollout, kept] = [{ guardrails: { maximumRefusalRate: 0.5 } }, []];
    const other = await open();
    other.recordCompletion(answer, answered('I am sorry, I cannot say.'));
    await other.settled();
    expect(kept).toEqual([{ ...answer, scores: { 'not-refused': 0 } }]);
  });

  it('are written at once, without a look at the text, where the model file asks for no such metric', async () => {
    rollout = { metrics: ['rating'] };
    const scored = await open(() => Promise.reject(new Error('nobody is asked')));
    scored.recordCompletion(answer, () => {
      throw new Error('nobody looks at it');
    });
    expect(kept).toEqual([answer]);
  });

  it('are written without scores where the thread has ended', async () => {
    rollout = { metrics: ['not-refused'] };
    const scored = await open(() => Promise.resolve(undefined));
    scored.recordCompletion(answer, answered('x'));
    await scored.settled();
    expect(kept).toEqual([answer]);
  });
});

describe('the thread that scores', () => {
  it('takes no more than it can wait for, and begins anew after its end', async () => {
    const own = createScoringThread();
    const question = { texts: ['x'], scoring: { metrics: ['not-refused' as const] } };
    const asked = Array.from({ length: 1_001 }, () => own.ask(question));
    await expect(asked[1_000]).resolves.toBeUndefined();
    await own.close();
    await expect(asked[0]).resolves.toBeUndefined();
    await expect(own.ask(question)).resolves.toEqual({ 'not-refused': 1 });
    await own.close();
  });
});

describe('a gateway', () => {
  it.each([false, true])('scores what it has answered, streamed: %s', async (stream) => {
    rollout = { metrics: ['not-toxic'] };
    const scored = await open();
    const server = createGatewayServer(() => servedModelOf([createLanguageVersion(1)], null), {
      recordCompletion: scored.recordCompletion,
    });
    const payload = { model, prompt: ['one', 'two'], max_tokens: 4, stream };
    const reply = await server.inject({ method: 'POST', url: '/v1/completions', payload });
    expect(reply.statusCode).toBe(200);
    await poll('the record', () => kept.length === 1, 20_000);
    expect(kept[0].scores).toEqual({ 'not-toxic': 1 });
    await server.close();
  });
});
