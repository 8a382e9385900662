// The first phase of a rollout: a version is asked as clients ask, at the gateway, by a header that names it. What it answers
// enters no test and no record.
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { ValidationInput, ValidationResult } from '../contracts/messages.ts';
import {
  type RolloutValidation,
  rolloutValidationSchema,
} from '../contracts/model-spec/rollout-validation.ts';
import { versionHeader } from '../contracts/version-header.ts';
import { judgeValidation, type ValidationAnswer } from '../pipeline/rollout/validation.ts';
import { withHeartbeat } from './heartbeat.ts';

export interface RolloutValidationDependencies {
  /** Of any replica: all have loaded the version by then. */
  readonly gatewayUrl: string;
}

export type RolloutValidationActivities = ReturnType<typeof createRolloutValidationActivities>;

const usualTexts = [
  'Hello, are you there?',
  '안녕하세요, 거기 계세요?',
  'The committee met on Tuesday and agreed to publish the minutes within a week. '.repeat(12).trim(),
];
/** A model that has no answer by then has failed. */
const answerWithinMs = 30_000;
const reachedWithinAttempts = 15;
/** Of a language model; how long it writes is no matter here. */
const writtenTokens = 16;

export function createRolloutValidationActivities({ gatewayUrl }: RolloutValidationDependencies) {
  return {
    /**
     * Asks the version, and the one in service in turn, the same texts.
     * @returns `reached: false` where no gateway is at the address of the settings, which says nothing of the version
     */
    async validateVersion(input: ValidationInput): Promise<ValidationResult> {
      const validation = rolloutValidationSchema.parse(input.validation ?? {});
      return withHeartbeat(async (signal) => {
        const ask = (version: number, text: string) =>
          askVersion(new URL(routeOf(input), gatewayUrl), { ...input, version, text, signal });
        if (!(await isReached(gatewayUrl, signal)))
          return {
            valid: false,
            reached: false,
            reasons: [`no gateway answers at ${gatewayUrl}`],
            answers: 0,
          };
        const candidate: ValidationAnswer[] = [];
        const champion: ValidationAnswer[] = [];
        for (const text of questions(validation)) {
          candidate.push(await ask(input.version, text));
          if (input.champion !== undefined) champion.push(await ask(input.champion, text));
        }
        return judgeValidation({ candidate, champion }, validation.maximumLatencyRatio);
      });
    },
  };
}

function questions({ texts = usualTexts, rounds }: RolloutValidation): string[] {
  return Array.from({ length: rounds }, () => texts).flat();
}

/** A replica that has just said that it is ready may be a moment behind a load balancer's look at it. */
async function isReached(gatewayUrl: string, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const answered = await request(new URL('/healthz', gatewayUrl), { signal }).then(
      async ({ body }) => body.dump().then(() => true),
      () => false,
    );
    if (answered || attempt === reachedWithinAttempts) return answered;
    signal.throwIfAborted();
    await setTimeout(1_000, undefined, { signal });
  }
}

const routeOf = ({ judgedBy }: ValidationInput): string =>
  judgedBy === 'guardrails' ? '/v1/completions' : '/v1/classifications';

const refusalSchema = z.object({ error: z.object({ message: z.string() }) });

interface Question extends ValidationInput {
  readonly text: string;
  readonly signal: AbortSignal;
}

async function askVersion(
  url: URL,
  { model, version, judgedBy, text, signal }: Question,
): Promise<ValidationAnswer> {
  const asked =
    judgedBy === 'guardrails'
      ? { model, prompt: text, max_tokens: writtenTokens, temperature: 0 }
      : { model, input: text };
  const startedAt = performance.now();
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [versionHeader]: String(version) },
      body: JSON.stringify(asked),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    const answer: unknown = await body.json().catch(() => undefined);
    const milliseconds = performance.now() - startedAt;
    if (statusCode < 300) return { outcome: 'answered', milliseconds };
    const reason = refusalSchema.safeParse(answer).data?.error.message ?? `status ${statusCode}`;
    // A text that the model's recipe drops is an answer of a kind, as long as the version in service says so too.
    return { outcome: statusCode === 422 ? 'unreadable' : 'failed', reason };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', reason };
  }
}
