// Texts that people wrote in place of answers, scored by versions through the gateway's own routes.
import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedbackRecord } from '../../../../contracts/observation.ts';
import { promptText } from '../../../../pipeline/generation/prompt-parts.ts';
import { createAcceptedTexts } from '../../../../serving/scoring/accepted-texts.ts';
import type { ServedModel } from '../../../../serving/served-model.ts';
import type { GenerationQuestion } from '../../../../serving/tasks/generation-process.ts';
import { createGatewayServer } from '../../../support/gateway-server.ts';
import { createLanguageVersion, servedModelOf } from '../../../support/served-versions.ts';

const model = 'mail-filter';

/** Tells each character of a prompt as a token of the same probability, and no more than 32 of them. */
const versionOf = (version: number, logProbability: number) =>
  createLanguageVersion(version, async function* ({ prompts, maximumNewTokens }: GenerationQuestion) {
    await Promise.resolve();
    if (maximumNewTokens > 0) yield { row: 0, text: 'an answer', tokens: 1, finish: 'length' };
    else if (prompts.some((prompt) => promptText(prompt).length > 32)) throw new Error('the context is full');
    else
      for (const [row, prompt] of prompts.entries())
        for (const [index, text] of Array.from(promptText(prompt)).entries()) {
          const given = { text, logProbability: index === 0 ? null : logProbability, alternatives: [] };
          yield { row, text: '', tokens: 0, given };
        }
    return { promptTokens: 1 };
  });

let kept: FeedbackRecord[];
let served: ServedModel;
beforeEach(() => {
  kept = [];
  served = servedModelOf([versionOf(1, -2), versionOf(2, -1), versionOf(3, -4)], { others: [3] });
});

async function open({ metrics = ['accepted-likelihood'], room }: { metrics?: string[]; room?: number } = {}) {
  const accepted = createAcceptedTexts({
    readRollout: () => Promise.resolve({ metrics }),
    ...(room !== undefined && { room }),
  });
  const server = createGatewayServer(() => served, {
    accepted,
    recordFeedback: (_model, record) => {
      kept.push(record);
      return Promise.resolve({ id: record.id });
    },
  });
  const post = (url: string, payload: object) =>
    server.inject({ method: 'POST', url, payload: { model, ...payload } });
  const ask = async (prompt: unknown = 'a question') =>
    (await post('/v1/completions', { prompt, user: 'kim' })).json<{ id: string }>().id;
  const say = async (response: string, said: object) => {
    expect((await post('/v1/feedback', { response, ...said })).statusCode).toBe(202);
    return kept.at(-1)?.likelihoods;
  };
  await ask(); // has the model file read
  await new Promise(setImmediate);
  return { ask, say, server };
}

describe('a text that somebody wrote', () => {
  it('is scored by every version of the experiment, after the prompt and by the byte', async () => {
    const { ask, say } = await open();
    const likelihoods = await say(await ask(), { correction: { text: 'better' } });
    expect(likelihoods).toEqual({ 1: Math.exp(-2), 2: Math.exp(-1), 3: Math.exp(-4) });
    const korean = await say(await ask(), { correction: { text: '좋아' } }); // three bytes a character
    expect(korean?.[1]).toBeCloseTo(Math.exp(-2 / 3));
  });

  it('is scored where it is preferred to the answer, and not where it is rejected or as good', async () => {
    const { ask, say } = await open();
    const response = await ask();
    const preference = { chosen: { text: 'better' }, rejected: { response } };
    expect(await say(response, { preference })).toMatchObject({ 1: Math.exp(-2) });
    expect(await say(response, { preference: { ...preference, tie: true } })).toBeUndefined();
    expect(
      await say(response, { preference: { chosen: { response }, rejected: { text: 'worse' } } }),
    ).toBeUndefined();
    expect(await say(response, { rating: { value: 1, minimum: 0, maximum: 1 } })).toBeUndefined();
  });

  it('is not scored where the model file does not ask for it, the prompt is not known, or there are several', async () => {
    const correction = { text: 'better' };
    const silent = await open({ metrics: ['rating'] });
    expect(await silent.say(await silent.ask(), { correction })).toBeUndefined();
    const { ask, say } = await open();
    expect(await say(served.responseIds.issue('cmpl'), { correction })).toBeUndefined();
    expect(await say(await ask(['one', 'two']), { correction })).toBeUndefined();
    served = servedModelOf([versionOf(1, -2)], null);
    expect(await say(await ask(), { correction })).toBeUndefined();
  });

  it('is written down also where a version cannot tell how likely it is', async () => {
    const { ask, say } = await open();
    expect(await say(await ask(), { correction: { text: 'better '.repeat(9) } })).toEqual({});
    expect(kept.at(-1)?.correction).toContain('better');
  });

  it('finds the newest prompts only, as many as there is room for', async () => {
    const { ask, say } = await open({ room: 25 });
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect(await say(first, { correction: { text: 'better' } })).toBeUndefined();
    expect(await say(second, { correction: { text: 'better' } })).toBeDefined();
    expect(await say(third, { correction: { text: 'better' } })).toBeDefined();
  });
});
