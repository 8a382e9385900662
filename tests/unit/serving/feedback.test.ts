// POST /v1/feedback with a real recorder: what is taken, what is refused, what is written down.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedbackRecord } from '../../../contracts/observation.ts';
import { OutboxRefusal } from '../../../serving/outbox/outbox.ts';
import type { OutboxEntry } from '../../../serving/outbox/segments.ts';
import { createRecorder } from '../../../serving/recorder.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createVersion, servedModelOf } from '../../support/served-versions.ts';

const model = 'mail-filter';
const served: ServedModel = servedModelOf([createVersion(1)], null);
const { issue } = served.responseIds;

let written: OutboxEntry[];
let full: boolean;
let recorder: ReturnType<typeof createRecorder>;
let server: ReturnType<typeof createGatewayServer>;
beforeEach(() => {
  [written, full] = [[], false];
  recorder = createRecorder({
    outbox: {
      append: async (entries) => {
        await Promise.resolve();
        if (full) throw new OutboxRefusal('1000 bytes wait for the store; the limit is 1000');
        written.push(...entries);
      },
    },
    onLabelled: () => undefined,
  });
  server = createGatewayServer(() => served, {
    recordFeedback: recorder.recordFeedback,
    maximumBodyBytes: 200_000,
  });
});
afterEach(() => server.close());

async function tell(payload: object) {
  const reply = await server.inject({ method: 'POST', url: '/v1/feedback', payload: { model, ...payload } });
  type Body = {
    id: string;
    replaces?: string;
    error?: { message: string; code: string | null; param: string };
  };
  return { status: reply.statusCode, headers: reply.headers, ...reply.json<Body>() };
}
const records = () => written.map(({ record }) => record as FeedbackRecord);

describe('feedback', () => {
  it('is a label, a rating or a correction of a classification', async () => {
    const response = issue('clf');
    const rating = { value: 4, minimum: 1, maximum: 5 };
    expect(await tell({ response, label: 'spam', rating })).toMatchObject({ status: 202, response });
    expect(await tell({ prediction: issue('clf'), correction: { label: 'ham' } })).toMatchObject({
      status: 202,
    });
    expect(records()).toMatchObject([
      { kind: 'feedback', prediction: response, label: 'spam', rating },
      { kind: 'feedback', label: 'ham' },
    ]);
    expect(records()[1]).not.toHaveProperty('correction');
  });

  it('is a rating, a preference or another text, of a text; what people write is redacted', async () => {
    const [response, other] = [issue('cmpl'), issue('chatcmpl')];
    const preference = { chosen: { response }, rejected: { response: other } };
    await tell({ response, preference, rating: { value: -1, minimum: -1, maximum: 1 } });
    await tell({ response: other, correction: { text: 'write to kim@example.org' } });
    await tell({ response, preference: { chosen: { text: 'ask lee@example.org' }, rejected: { response } } });
    expect(records()).toMatchObject([
      { prediction: response, preference },
      { prediction: other, correction: 'write to [EMAIL_1]' },
      { preference: { chosen: { text: 'ask [EMAIL_1]' }, rejected: { response } } },
    ]);
  });

  it('is refused with 404 where no gateway can have given the id', async () => {
    const rating = { value: 1, minimum: 0, maximum: 1 };
    for (const id of ['p1', `clf-${'0'.repeat(44)}`, issue('clf').toUpperCase()])
      expect(await tell({ prediction: id, label: 'spam' })).toMatchObject({
        ...{ status: 404, error: { code: 'response_not_found', param: 'prediction' } },
      });
    const response = issue('cmpl');
    expect(
      await tell({
        response,
        rating,
        preference: { chosen: { response }, rejected: { response: 'cmpl-1' } },
      }),
    ).toMatchObject({ status: 404, error: { param: 'preference.rejected.response' } });
    expect(written).toEqual([]);
  });

  it.each([
    ['no id', { label: 'spam' }, /^response: expected the id of an answer, once/],
    ['two ids', { response: issue('clf'), prediction: issue('clf'), label: 'a' }, /^response: .* once/],
    ['nothing said', { response: issue('clf') }, /^label: expected one of label, rating/],
    ['an unknown field', { response: issue('clf'), stars: 3 }, /stars/],
    [
      'a rating off its scale',
      { response: issue('clf'), rating: { value: 6, minimum: 1, maximum: 5 } },
      /^rating\.value: /,
    ],
    [
      'a scale of nothing',
      { response: issue('clf'), rating: { value: 1, minimum: 1, maximum: 1 } },
      /^rating\.maximum: /,
    ],
    [
      'two labels',
      { response: issue('clf'), label: 'a', correction: { label: 'b' } },
      /^correction: expected the same/,
    ],
    ['a label of a text', { response: issue('cmpl'), label: 'spam' }, /no classification/],
    ['a text of a classification', { response: issue('clf'), correction: { text: 'x' } }, /no text/],
    [
      'a preference between others',
      { response: issue('cmpl'), preference: { chosen: { text: 'a' }, rejected: { text: 'b' } } },
      /^preference: expected this answer on one of its sides/,
    ],
    [
      'a text of any length',
      { response: issue('cmpl'), correction: { text: 'x'.repeat(40_000) } },
      /^correction/,
    ],
  ])('is refused with 400 for %s', async (_what, payload, message) => {
    const { status, error } = await tell(payload);
    expect(error?.message).toMatch(message);
    expect(status).toBe(400);
    expect(written).toEqual([]);
  });

  it('is refused with 503, and when to ask again, where it cannot be written down; then it may be told again', async () => {
    full = true;
    const payload = { response: issue('clf'), label: 'spam' };
    const refused = await tell(payload);
    expect(refused).toMatchObject({ status: 503, error: { code: 'unavailable' } });
    expect(refused.headers['retry-after']).toBe('10');
    full = false;
    expect((await tell(payload)).status).toBe(202);
    expect(written).toHaveLength(1);
  });
});

describe('feedback that comes twice', () => {
  it('is written down once, and acknowledged as before', async () => {
    const payload = { response: issue('clf'), label: 'spam' };
    const [first, second] = await Promise.all([tell(payload), tell(payload)]);
    const third = await tell(payload);
    expect([first.status, second.status, third.status]).toEqual([202, 202, 202]);
    expect([second.id, third.id]).toEqual([first.id, first.id]);
    expect(written).toHaveLength(1);
  });

  it('replaces what it contradicts, says so, and leaves the rest', async () => {
    const response = issue('clf');
    const spam = await tell({ response, label: 'spam' });
    const rated = await tell({ response, rating: { value: 1, minimum: 1, maximum: 5 } });
    const ham = await tell({ response, label: 'ham' });
    expect(rated).not.toHaveProperty('replaces');
    expect(ham.replaces).toBe(spam.id);
    const again = await tell({ response, label: 'spam' }); // and back: nothing of it is a repetition
    expect(again.replaces).toBe(ham.id);
    expect(records().map(({ id, replaces }) => [id, replaces])).toEqual([
      [spam.id, undefined],
      [rated.id, undefined],
      [ham.id, spam.id],
      [again.id, ham.id],
    ]);
  });

  it('is the same preference from either of its answers', async () => {
    const [one, two] = [issue('cmpl'), issue('cmpl')];
    const first = await tell({
      response: one,
      preference: { chosen: { response: one }, rejected: { response: two } },
    });
    const same = await tell({
      response: two,
      preference: { chosen: { response: one }, rejected: { response: two } },
    });
    const other = await tell({
      response: two,
      preference: { chosen: { response: two }, rejected: { response: one } },
    });
    expect([same.id, other.replaces]).toEqual([first.id, first.id]);
    expect(written).toHaveLength(2);
    const tie = { chosen: { response: one }, rejected: { response: two }, tie: true };
    expect((await tell({ response: one, preference: tie })).replaces).toBe(other.id);
    const told = await tell({ response: one, preference: { ...tie, tie: false } });
    expect([records()[2].preference, told.status]).toEqual([tie, 400]);
  });

  it('is known from what an earlier gateway wrote', async () => {
    const prediction = issue('clf');
    const at = new Date().toISOString();
    recorder.replay([{ kind: 'feedback', id: 'fb-1', prediction, label: 'spam', at }]);
    expect((await tell({ prediction, label: 'spam' })).id).toBe('fb-1');
    expect((await tell({ prediction, label: 'ham' })).replaces).toBe('fb-1');
    expect(written).toHaveLength(1);
  });
});
