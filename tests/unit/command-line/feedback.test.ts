// The verb as it is called, and what a gateway hears of it.
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeedbackRecord } from '../../../contracts/observation.ts';
import { runCoppice } from '../../support/command-line.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createLanguageVersion, createVersion, servedModelOf } from '../../support/served-versions.ts';

const model = 'mail-filter';
const served = servedModelOf([createVersion(1), createLanguageVersion(2)], null);
const [response, other, classified] = ['cmpl', 'cmpl', 'clf'].map(served.responseIds.issue);
let heard: FeedbackRecord[] = [];
const server = createGatewayServer(() => served, {
  recordFeedback: (_model, record) => {
    heard.push(record);
    return Promise.resolve({ id: 'fb-1', ...(record.rating && { replaces: 'fb-0' }) });
  },
});
let url: string;
beforeAll(async () => {
  await server.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  heard = [];
});

const say = (...args: string[]) => runCoppice(['feedback', model, ...args], { GATEWAY_URL: url });

describe('coppice feedback', () => {
  it('says what is said, on a scale of its own, and prints what was written', async () => {
    const rated = await say(response, '--rating', '0.5', '--scale', '-1..1', '--correction', 'better so');
    expect(rated).toEqual({ code: 0, out: `fb-1 of ${response}, in place of fb-0\n`, err: '' });
    const labelled = await say(classified, '--label', 'spam', '--json');
    expect(JSON.parse(labelled.out)).toMatchObject({ object: 'feedback', id: 'fb-1', response: classified });
    expect(heard).toMatchObject([
      { prediction: response, rating: { value: 0.5, minimum: -1, maximum: 1 }, correction: 'better so' },
      { prediction: classified, label: 'spam' },
    ]);
  }, 60_000);

  it('compares two answers', async () => {
    const sides = { chosen: { response }, rejected: { response: other } };
    await say(response, '--better-than', other);
    await say(response, '--as-good-as', other);
    expect(heard.map(({ preference }) => preference)).toEqual([sides, { ...sides, tie: true }]);
  }, 60_000);

  it.each([
    [[], /what to say: expected --label, --rating/],
    [['--rating', 'good'], /--rating: expected a number, not good/],
    [['--rating', '1', '--scale', '1-5'], /--scale: expected two numbers/],
    [['--rating', '9'], /expected a number of the scale/],
    [['--better-than', other, '--as-good-as', other], /either --better-than or --as-good-as/],
    [['--label', 'spam'], /this answer is no classification/],
  ])(
    'ends with 2 and a line for %j',
    async (options, message) => {
      const { code, err } = await say(response, ...options);
      expect([code, heard]).toEqual([2, []]);
      expect(err).toMatch(message);
    },
    60_000,
  );

  it('ends with 3 where no gateway answers', async () => {
    const args = ['feedback', model, response, '--rating', '1'];
    const { code, err } = await runCoppice(args, { GATEWAY_URL: 'http://127.0.0.1:9' });
    expect([code, err]).toEqual([3, expect.stringContaining('the gateway at http://127.0.0.1:9') as string]);
  }, 60_000);
});
