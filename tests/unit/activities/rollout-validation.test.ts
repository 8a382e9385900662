// A version is asked at a real HTTP server that answers as gateways do.
import type { IncomingMessage, RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createRolloutValidationActivities } from '../../../activities/rollout-validation.ts';
import type { ValidationInput } from '../../../contracts/messages.ts';
import { asActivity } from '../../support/activity-context.ts';
import { openLoopback } from '../../support/loopback.ts';

interface Asked {
  readonly url: string;
  readonly version: string;
  readonly body: Record<string, unknown>;
}

/** @param answer status of a reply to each question */
async function gateway(answer: (asked: Asked) => number) {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, response) => {
    void (async () => {
      if (request.url === '/healthz') return response.end('{}');
      const question = { url: request.url ?? '', version: versionOf(request), body: await bodyOf(request) };
      asked.push(question);
      response.statusCode = answer(question);
      return response.end(JSON.stringify({ error: { message: 'out of order' } }));
    })();
  };
  const gatewayUrl = await openLoopback(listener);
  const { validateVersion } = createRolloutValidationActivities({ gatewayUrl });
  return { asked, validate: (input: ValidationInput) => asActivity(() => validateVersion(input)) };
}

const versionOf = ({ headers }: IncomingMessage): string => String(headers['x-coppice-version']);
const bodyOf = async (request: IncomingMessage) => (await json(request)) as Record<string, unknown>;

const input: ValidationInput = {
  ...{ model: 'mail-filter', version: 2, champion: 1 },
  validation: { texts: ['one', 'two'], rounds: 2, maximumLatencyRatio: 1_000 },
};

describe('validateVersion', () => {
  it('asks both versions the same texts in turn, by name', async () => {
    const { asked, validate } = await gateway(() => 200);
    expect(await validate(input)).toMatchObject({ valid: true, answers: 4 });
    expect(asked.map(({ version, body }) => [version, body['input']])).toEqual(
      ['one', 'two', 'one', 'two'].flatMap((text) => [
        ['2', text],
        ['1', text],
      ]),
    );
  });

  it('tells why a version does not answer, in the words of the gateway', async () => {
    const { validate } = await gateway(({ version }) => (version === '2' ? 503 : 200));
    expect(await validate(input)).toMatchObject({
      valid: false,
      reasons: ['it does not answer: out of order'],
    });
  });

  it('asks a language model to continue, and a first version alone', async () => {
    const { asked, validate } = await gateway(() => 200);
    const { champion: _champion, validation: _validation, ...first } = input;
    expect(await validate({ ...first, judgedBy: 'guardrails' })).toMatchObject({ valid: true });
    expect(new Set(asked.map(({ url, version }) => `${url} ${version}`))).toEqual(
      new Set(['/v1/completions 2']),
    );
    expect(asked[0].body).toMatchObject({ temperature: 0, prompt: 'Hello, are you there?' });
  });
});
