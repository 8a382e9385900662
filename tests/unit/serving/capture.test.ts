// Texts of a share of the answers, through the routes of the gateway.
import { beforeEach, describe, expect, it } from 'vitest';
import type { CaptureSpec } from '../../../contracts/model-spec/serving.ts';
import type { CaptureRecord } from '../../../contracts/observation.ts';
import { createCapture, isSampled } from '../../../serving/capture.ts';
import type { LoadedVersion } from '../../../serving/loaded-version.ts';
import { OutboxRefusal } from '../../../serving/outbox/outbox.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { poll } from '../../support/poll.ts';
import {
  answerOf,
  createLanguageVersion,
  createVersion,
  servedModelOf,
} from '../../support/served-versions.ts';

const model = 'mail-filter';
const answer = { id: 'clf-1', at: '2026-05-01T12:00:00.000Z', model, subject: 'kim', version: 1 };

let spec: CaptureSpec | undefined;
let reads: number;
let time: number;
let kept: CaptureRecord[];
let write: () => Promise<void>;
beforeEach(() => {
  [spec, reads, time, kept] = [{ share: 1, retentionDays: 30 }, 0, 0, []];
  write = () => Promise.resolve();
});

const newCapture = () =>
  createCapture({
    outbox: {
      append: async (entries) => {
        await write();
        kept.push(...entries.map(({ record }) => record as CaptureRecord));
      },
    },
    readCapture: () => {
      reads += 1;
      return spec ? Promise.resolve(spec) : Promise.reject(new Error('the store is away'));
    },
    now: () => time,
  });
/** One that has read the model file. */
const readyCapture = async () => {
  const capture = newCapture();
  await capture(answer, () => []);
  await Promise.resolve();
  return capture;
};
const texts = (input: string) => () => [{ input, output: 'spam' }];

describe('capturing', () => {
  it('keeps nothing before the model file has been read, and what it says from then on', async () => {
    const capture = newCapture();
    await capture(answer, texts('a'));
    await capture(answer, texts('b'));
    expect([reads, kept.map((it) => it.texts[0].input)]).toEqual([1, ['b']]);
  });

  it('follows a model file that changes, and goes on while the store is away', async () => {
    const capture = await readyCapture();
    [spec, time] = [undefined, 31_000];
    await capture(answer, texts('a'));
    await capture(answer, texts('b'));
    [spec, time] = [{ share: 0, retentionDays: 30 }, 62_000];
    await capture(answer, texts('c'));
    await capture(answer, texts('d'));
    expect(kept.map((it) => it.texts[0].input)).toEqual(['a', 'b', 'c']);
  });

  it('keeps no personal data, also where a long text is cut', async () => {
    const capture = await readyCapture();
    await capture(answer, texts('ask kim@example.org or 010-1234-5678'));
    const long = `${'x '.repeat(16_380)}kim.of.a.very.long.name@example.org ${'and more '.repeat(1_000)}`;
    await capture(answer, texts(long));
    expect(kept[0].texts).toEqual([{ input: 'ask [EMAIL_1] or [PHONE_1]', output: 'spam' }]);
    expect(kept[1].texts[0].input.length).toBeLessThanOrEqual(32_768);
    expect(kept[1].texts[0].input.length).toBeGreaterThan(30_000);
    expect(kept[1].texts[0].input).not.toMatch(/kim/);
  });

  it('is decided by the id, for its share of them', async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `clf-${index}`);
    const sampled = ids.filter((id) => isSampled(id, 0.2));
    expect(sampled.length).toBeGreaterThan(330); // 400 ± 4 standard errors
    expect(sampled.length).toBeLessThan(470);
    expect(sampled.every((id) => isSampled(id, 0.3))).toBe(true);
    expect([ids.some((id) => isSampled(id, 0)), ids.every((id) => isSampled(id, 1))]).toEqual([false, true]);
    spec = { share: 0.2, retentionDays: 30 };
    const capture = await readyCapture();
    for (const id of ids.slice(0, 50)) await capture({ ...answer, id }, texts('a'));
    expect(kept.map(({ id }) => id)).toEqual(sampled.filter((id) => ids.indexOf(id) < 50));
  });

  it('holds the answer up until the texts are on the disk, and no longer where the outbox refuses them', async () => {
    const capture = await readyCapture();
    let finish: () => void = () => undefined;
    write = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    let done = false;
    const captured = capture(answer, texts('a')).then(() => {
      done = true;
    });
    await Promise.resolve();
    expect(done).toBe(false);
    finish();
    await captured;
    write = () => Promise.reject(new OutboxRefusal('full'));
    await capture(answer, texts('b'));
    expect(kept).toHaveLength(1);
  });
});

describe('the routes of a gateway that captures', () => {
  const ask = async (version: LoadedVersion, url: string, payload: object) => {
    const capture = await readyCapture();
    const server = createGatewayServer(() => servedModelOf([version], null), { capture });
    const reply = await server.inject({ method: 'POST', url, payload: { model, ...payload } });
    expect(reply.statusCode).toBe(200);
    await server.close();
    return reply.body;
  };

  it('keep the clean text of a classification with its label', async () => {
    const version = createVersion(1, (_input, onText) => {
      onText?.('win money');
      return Promise.resolve(answerOf(1));
    });
    const { id } = JSON.parse(await ask(version, '/v1/classifications', { input: '<b>win money</b>' })) as {
      id: string;
    };
    expect(kept).toMatchObject([{ kind: 'capture', id, version: 1 }]);
    expect(kept[0].texts).toEqual([{ input: 'win money', output: 'label of 1' }]);
  });

  it.each([false, true])('keep prompts with what continues them, streamed: %s', async (stream) => {
    const payload = { prompt: ['one', 'two'], n: 2, max_tokens: 4, stream };
    await ask(createLanguageVersion(1), '/v1/completions', payload);
    await poll('the texts are kept', () => kept.length === 1, 5_000);
    expect(kept[0].texts.map(({ input }) => input)).toEqual(['one', 'one', 'two', 'two']);
    expect(new Set(kept[0].texts.map(({ output }) => output))).toEqual(new Set(['text of 1']));
  });
});
