// The tour's traffic: live mails as HTTP requests, each used once, and a little later their true labels as feedback.
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { LiveMail } from '../prepare.ts';

const answerSchema = z.object({ id: z.string(), version: z.number(), label: z.string() });

/** How long after an answer its label comes. */
const labelDelayMs = 700;
/** How often a mail that was used already is sent again as load, without a label, while fresh ones are spared. */
const idleIntervalMs = 1_000;

export interface Traffic {
  /** Fresh mails a second; 0 sends old ones as load now and then. */
  setRate(mailsPerSecond: number): void;
  readonly used: () => number;
  readonly left: () => number;
  /** Requests that were not answered. */
  readonly failed: () => number;
  /** @returns share of right answers among those of a version */
  readonly accuracyOf: (version: number) => { readonly accuracy: number; readonly answers: number };
  stop(): Promise<void>;
}

export function startTraffic(gatewayUrl: string, mails: readonly LiveMail[]): Traffic {
  let rate = 0;
  let used = 0;
  let failed = 0;
  const state = { running: true };
  const tally = new Map<number, { correct: number; answers: number }>();
  const underWay = new Set<Promise<void>>();

  const post = async (path: string, body: object): Promise<unknown> => {
    const reply = await request(new URL(path, gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const value: unknown = await reply.body.json();
    if (reply.statusCode >= 400) throw new Error(`${path} answered ${reply.statusCode}`);
    return value;
  };
  const ask = async ({ id, bytes }: LiveMail) =>
    answerSchema.parse(
      await post('/v1/classifications', {
        model: 'mail-filter',
        subject: id,
        input: {
          media_type: 'message/rfc822',
          encoding: 'base64',
          data: Buffer.from(bytes).toString('base64'),
        },
      }),
    );
  const sendFresh = async (mail: LiveMail): Promise<void> => {
    const { id, version, label } = await ask(mail);
    const counts = tally.get(version) ?? { correct: 0, answers: 0 };
    tally.set(version, {
      correct: counts.correct + (label === mail.label ? 1 : 0),
      answers: counts.answers + 1,
    });
    await setTimeout(labelDelayMs);
    await post('/v1/feedback', { model: 'mail-filter', prediction: id, label: mail.label });
  };
  const track = (work: Promise<unknown>): void => {
    const settled: Promise<void> = work
      .then(
        () => undefined,
        () => {
          failed += 1;
        },
      )
      .finally(() => underWay.delete(settled));
    underWay.add(settled);
  };

  const loop = (async () => {
    while (state.running) {
      const fresh = rate > 0 ? mails.at(used) : undefined;
      if (fresh && used < mails.length) {
        used += 1;
        track(sendFresh(fresh));
        await setTimeout(1_000 / rate);
      } else {
        // Load only: it keeps the service warm and, unlabelled, enters no statistics.
        const old = mails.at(used === 0 ? 0 : Math.floor(Math.random() * used));
        if (old && used > 0) track(ask(old));
        await setTimeout(idleIntervalMs);
      }
    }
  })();

  return {
    setRate: (mailsPerSecond) => {
      rate = mailsPerSecond;
    },
    used: () => used,
    left: () => mails.length - used,
    failed: () => failed,
    accuracyOf: (version) => {
      const { correct, answers } = tally.get(version) ?? { correct: 0, answers: 0 };
      return { accuracy: correct / answers, answers };
    },
    stop: async () => {
      state.running = false;
      await loop;
      await Promise.all(underWay);
    },
  };
}
