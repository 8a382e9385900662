// Several challengers in simulated traffic: what each is compared with, and in which shares.
import { describe, expect, it } from 'vitest';
import { comparedWithChampion } from '../../../activities/experiment-arms.ts';
import { type ExperimentInput, gatherEvidence } from '../../../activities/experiment-evidence.ts';
import { gatherOutcomeEvidence } from '../../../activities/experiment-outcomes.ts';
import { rolloutSchema } from '../../../contracts/model-spec/judgement.ts';
import type { Observation } from '../../../contracts/observation.ts';
import { circumstances, planFor } from '../../../serving/plan.ts';
import {
  answerOf,
  createLanguageVersion,
  createVersion,
  servedModelOf,
} from '../../support/served-versions.ts';

const at = '2026-05-01T00:00:00.000Z';
const health = { status: 'healthy' as const, reasons: [] };
const now = new Date(Date.parse(at) + 60_000);
const experiment = 'mail-filter-2';
const subjects = Array.from({ length: 1_500 }, (_, index) => `subject-${index}`);
const policy = rolloutSchema.parse({ steps: [0.6], metrics: ['rating'] });
const { metrics: _metrics, ...inPairs } = policy;

/** What gateways write down of a request of each subject, while versions 2, 3 and 4 have a fifth each. */
function recordsOf(task: 'classifier' | 'language', left: number[] = []): Observation[] {
  const create = task === 'language' ? createLanguageVersion : createVersion;
  const present = [2, 3, 4].filter((version) => !left.includes(version));
  const [version, ...others] = present;
  const model = servedModelOf(
    [1, 2, 3, 4].map((it) => create(it)),
    { version, others, trafficFraction: 0.2, ...(left.length > 0 && { left }) },
  );
  const routing = model.routing();
  if (!routing) throw new Error('no routing');
  return subjects.flatMap((subject): Observation[] => {
    const plan = planFor(model, routing, { subject, id: subject });
    const known = plan && circumstances('mail-filter', routing, plan);
    if (!plan || !known) return [];
    const base = { id: subject, at, subject, ...known };
    if (task === 'language')
      return [
        {
          ...{ kind: 'completion', ...base, version: plan.served.version },
          ...{ latencyMs: 1, promptTokens: 1, completionTokens: 1 },
        },
      ];
    const shadow = plan.shadow && { shadow: answerOf(plan.shadow.version) };
    return [{ kind: 'prediction', ...base, served: answerOf(plan.served.version), ...shadow }];
  });
}
const inputOf = (version: number, overrides: Partial<ExperimentInput>): ExperimentInput => ({
  ...{
    model: 'mail-filter',
    version,
    champion: 1,
    experiment,
    mode: 'canary',
    step: 1,
    trafficFraction: 0.2,
  },
  ...{ qualityProven: true, startedAt: at, elapsedSeconds: 60, policy: inPairs },
  ...overrides,
});

describe('one of three challengers', () => {
  it.each([[], [3]])(
    'of classifiers keeps to its share beside its part of the champion’s subjects, %s left',
    (...left) => {
      const records = recordsOf('classifier', left);
      for (const version of [2, 4]) {
        const compared = comparedWithChampion(inputOf(version, {}), records, 3);
        expect(compared.input.trafficFraction).toBeCloseTo(0.6, 12);
        const { evidence, requests } = gatherEvidence(compared.input, { ...compared, health, now });
        expect(evidence.sampleRatio?.mismatch).toBe(false);
        expect(Math.abs(requests - subjects.length / 3)).toBeLessThan(55); // three standard errors
      }
    },
  );

  it.each([[], [3]])(
    'of language models keeps to its share beside all of the champion’s subjects, %s left',
    (...left) => {
      const records = recordsOf('language', left);
      for (const version of [2, 4]) {
        const input = inputOf(version, { policy, judgedBy: 'guardrails' });
        const compared = comparedWithChampion(input, records, 3);
        expect(compared.input.trafficFraction).toBeCloseTo(1 / 3, 12);
        expect(compared.input.policy.steps[0]).toBeCloseTo(1 / 3, 12);
        const { evidence, requests } = gatherOutcomeEvidence(
          { ...compared.input, policy: { ...policy, ...compared.input.policy } },
          { ...compared, health, now },
        );
        expect(evidence.sampleRatio.mismatch).toBe(false);
        expect(Math.abs(requests - subjects.length * 0.6)).toBeLessThan(57);
      }
    },
  );

  it('is not judged by answers of another', () => {
    const { records } = comparedWithChampion(inputOf(2, {}), recordsOf('classifier'), 3);
    for (const record of records)
      if (record.kind === 'prediction')
        expect([record.served.version, record.shadow?.version].sort()).toEqual([1, 2]);
  });
});
