// Activities of rollouts that find everything well: gateways follow, every look promotes, every rollback holds.
import type { IncidentActivities } from '../../activities/incidents.ts';
import type { RolloutActivities } from '../../activities/rollout.ts';
import type { RolloutValidationActivities } from '../../activities/rollout-validation.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { Look } from '../../contracts/messages.ts';

/** One look at an experiment, with its verdict. */
export function lookOf(verdict: Look['verdict'], overrides: Partial<Look> = {}): Look {
  return { verdict, pairs: 120, requests: 200, reasons: [`told to ${verdict}`], ...overrides };
}

export function happyRollout(
  ref: (name: string) => ArtifactReference,
): RolloutActivities & RolloutValidationActivities & IncidentActivities {
  return {
    describeApproval: ({ requestedBy }) =>
      Promise.resolve({ evidence: ref('evidence').digest, requesters: [requestedBy] }),
    awaitGateways: () => Promise.resolve({ ready: true, reasons: [] }),
    judgeExperiment: () => Promise.resolve(lookOf('promote')),
    judgeArms: ({ versions }) =>
      Promise.resolve(versions.map((version) => ({ version, look: lookOf('promote') }))),
    judgeWatch: () => Promise.resolve(lookOf('continue')),
    validateVersion: () => Promise.resolve({ valid: true, reached: true, reasons: [], answers: 15 }),
    recordIncident: ({ generation }) =>
      Promise.resolve({
        page: `http://control/incidents/${generation}`,
        lines: ['version 2 answered no client'],
      }),
    verifyRollback: ({ generation }) =>
      Promise.resolve({
        verified: true,
        generation,
        answersSince: 20,
        answersByBadVersion: 0,
        quarantined: true,
        reasons: ['20 answers since the rollback, 0 of them by the bad version'],
      }),
  };
}
