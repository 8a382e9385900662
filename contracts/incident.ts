// An incident: a version that was rolled back. What happened, when, on which evidence, and what it cost.
import { z } from 'zod';
import { modelNameSchema } from './model-spec/model-spec.ts';
import { versionNumberSchema } from './registry.ts';

const time = z.iso.datetime();

/** What a rollout knows of a rollback that the ledger does not; absent for one that a person made without a rollout. */
export const rollbackFindingsSchema = z.object({
  verdict: z.enum(['rollback', 'unhealthy']),
  reasons: z.array(z.string()),
  /** When the look or the word came that led to it. */
  detectedAt: time,
  /** When every gateway with a lease followed; absent: they were not waited for in vain. */
  acknowledgedAt: time.optional(),
  /** Whether no answer of the version was seen afterwards, with reasons. */
  verification: z.object({ verified: z.boolean(), reasons: z.array(z.string()) }).optional(),
});
export type RollbackFindings = z.infer<typeof rollbackFindingsSchema>;

export const incidentSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  /** Of the routing that took it out; names the incident. */
  generation: z.number().int().positive(),
  /** In service since. */
  backTo: versionNumberSchema.optional(),
  /** Who or what took it out, and why, as the ledger has it. */
  by: z.string(),
  reason: z.string(),
  /** When it first could answer a client; absent: it never left the shadow. */
  inTrafficSince: time.optional(),
  /** Of its first answer to a client. */
  firstAnswerAt: time.optional(),
  /** Of the signed entry. */
  rolledBackAt: time,
  answers: z.object({
    /** To clients. */
    given: z.number().int().nonnegative(),
    /** Of those, with a true label when this was written. */
    labelled: z.number().int().nonnegative(),
    /** Of those, with another label than the true one. */
    wrong: z.number().int().nonnegative(),
    /** After the rollback; there should be none. */
    after: z.number().int().nonnegative(),
  }),
  /** Client requests that it failed, by the measurements; absent where there are none. */
  failedRequests: z.number().int().nonnegative().optional(),
  findings: rollbackFindingsSchema.optional(),
});
export type Incident = z.infer<typeof incidentSchema>;

// What it cost. Onset is the first answer to a client: from then on a version that was taken back could do harm, whenever it
// was that it began to.

export interface IncidentFigures {
  /** Answers known to be wrong, and requests that failed. */
  readonly badAnswers: number;
  /** Absent where no client had an answer. */
  readonly secondsFromOnset: number | undefined;
  /** From the look that found it to the champion on every gateway; absent where no rollout waited for gateways. */
  readonly secondsFromDetection: number | undefined;
}

/** @returns seconds are not below 0, whatever clocks say */
export function incidentFigures({
  answers,
  failedRequests = 0,
  firstAnswerAt,
  rolledBackAt,
  findings,
}: Incident): IncidentFigures {
  return {
    badAnswers: answers.wrong + failedRequests,
    secondsFromOnset: firstAnswerAt === undefined ? undefined : seconds(firstAnswerAt, rolledBackAt),
    secondsFromDetection:
      findings?.acknowledgedAt === undefined
        ? undefined
        : seconds(findings.detectedAt, findings.acknowledgedAt),
  };
}

/** One sentence a fact, as it is printed for every rollback. */
export function describeIncident(incident: Incident): string[] {
  const { answers, version, failedRequests } = incident;
  const { secondsFromOnset, secondsFromDetection, badAnswers } = incidentFigures(incident);
  if (answers.given === 0 && badAnswers === 0) {
    const never = `version ${version} answered no client`;
    return secondsFromDetection === undefined ? [never] : [never, back(secondsFromDetection)];
  }
  const known = `${answers.wrong} of its ${answers.labelled} labelled answers wrong`;
  const failed = failedRequests === undefined ? '' : `, ${failedRequests} requests failed`;
  return [
    `version ${version} answered ${answers.given} requests: ${known}${failed}`,
    ...(secondsFromOnset === undefined
      ? []
      : [`${secondsFromOnset.toFixed(1)} s from its first answer to the rollback`]),
    ...(secondsFromDetection === undefined ? [] : [back(secondsFromDetection)]),
  ];
}

function back(secondsFromDetection: number): string {
  return `${secondsFromDetection.toFixed(1)} s from detection until every gateway had left it`;
}

function seconds(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000;
}
