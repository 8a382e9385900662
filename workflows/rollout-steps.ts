// What a rollout does to the world: puts a version into traffic, looks, lets it on, takes it back, and says what it cost.
import {
  CancellationScope,
  condition,
  patched,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { IncidentActivities } from '../activities/incidents.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import type { GatewayReadiness, RolloutActivities } from '../activities/rollout.ts';
import type { RolloutValidationActivities } from '../activities/rollout-validation.ts';
import type { RollbackFindings } from '../contracts/incident.ts';
import type {
  Look,
  RecordedIncident,
  RolloutDecision,
  RolloutResult,
  RolloutVerdict,
} from '../contracts/messages.ts';
import type { Challenger, RegistryChange } from '../contracts/registry.ts';
import { look as lookOptions, quick, registry } from './activity-options.ts';
import { type Audience, takeWord } from './approval.ts';
import { isFailure, rootMessage } from './failures.ts';
import { describeLook } from './story.ts';

const { judgeWatch } = proxyActivities<RolloutActivities>(lookOptions);
const { verifyRollback } = proxyActivities<RolloutActivities>(quick);
const { validateVersion } = proxyActivities<RolloutValidationActivities>({
  ...quick,
  startToCloseTimeout: '30 minutes', // a hundred rounds of a slow model
  heartbeatTimeout: '30 seconds',
});
const { recordIncident } = proxyActivities<IncidentActivities>(lookOptions);
const { awaitGateways } = proxyActivities<RolloutActivities>({
  ...quick,
  startToCloseTimeout: '3 minutes', // loading a model in every gateway
  heartbeatTimeout: '30 seconds',
});
const { commitRegistryChange } = proxyActivities<RegistryActivities>(registry);

/** Where a version stands on its way. */
export interface ExperimentStep {
  readonly mode: 'shadow' | 'canary';
  readonly step: number;
  /** Of several versions at once, that of each. */
  readonly trafficFraction: number;
  /** An earlier phase has found the challenger better: this one may pass on health alone. */
  readonly qualityProven: boolean;
}

/**
 * A version that does not answer, or far more slowly, has no traffic at all. All gateways have loaded it and its like in
 * service before it is asked, so what a rollback would go to is known to be there.
 * @returns why it goes no further, or nothing where it may
 */
export async function validate(rollout: Audience): Promise<Look | undefined> {
  // The last histories without it: rollout-first-version.v1, rollout-language.v3.
  if (!patched('2026-11-30-validate-first')) return undefined;
  const { champion } = rollout.input;
  if (champion !== undefined) {
    const refused = await deploy(rollout, { mode: 'shadow', step: 0, trafficFraction: 0 });
    if (refused) return refused;
    const missing = await missesWayBack(rollout, champion);
    if (missing) return missing;
  }
  return ask(rollout);
}

/** @returns why the version in service could not be gone back to, or nothing where it is loaded */
export async function missesWayBack({ input }: Audience, champion: number): Promise<Look | undefined> {
  const target = await awaitGateways({ model: input.model, generation: 0, version: champion });
  if (target.ready) return undefined;
  const reasons = [`nothing to go back to: ${target.reasons.join('; ')}`];
  return { verdict: 'no-traffic', pairs: 0, requests: 0, reasons };
}

/** @returns what is wrong with the answers of a version that gateways have loaded, or nothing */
export async function ask(rollout: Audience): Promise<Look | undefined> {
  const { model, version, champion, policy, judgedBy } = rollout.input;
  rollout.tracker.phase('validating');
  const { valid, reached, reasons } = await validateVersion({
    ...{ model, version, validation: policy.validation },
    ...(champion !== undefined && { champion }),
    ...(judgedBy && { judgedBy }),
  });
  if (valid) return undefined;
  return { verdict: reached ? 'unhealthy' : 'no-traffic', pairs: 0, requests: 0, reasons };
}

/** @returns why gateways do not have the version at its place, or nothing where they do */
export async function deploy(
  rollout: Audience,
  at: Pick<ExperimentStep, 'mode' | 'step' | 'trafficFraction'>,
  beside: Pick<Challenger, 'others' | 'left'> = {},
): Promise<Look | undefined> {
  const { input, tracker } = rollout;
  const { version, experiment, entry } = input;
  tracker.phase('deploying', at);
  const { mode, step, trafficFraction } = at;
  const isInterleaved = input.policy.design === 'interleaved' && mode === 'canary';
  const challenger = {
    ...{ version, experiment, mode, step, trafficFraction, ...beside },
    ...(isInterleaved && { design: 'interleaved' as const }),
  };
  // Once: what a person takes out meanwhile stays out.
  const override = entry === 'canary' && tracker.changes() === 0;
  const generation = await change(
    rollout,
    { kind: 'challenge', challenger, ...(override && { overrideQuarantine: true }) },
    `${at.mode} at ${at.trafficFraction * 100} %`,
  );
  return awaitVersion(rollout, generation);
}

/** @returns why gateways have not loaded the version, or nothing where they have */
export async function awaitVersion({ input }: Audience, generation = 0): Promise<Look | undefined> {
  const gateways = await awaitGateways({ model: input.model, generation, version: input.version });
  return gateways.ready ? undefined : notTakenUp(gateways);
}

/**
 * A look that cannot be had is skipped: missing data never promotes, and without patience left it ends the test.
 * @returns nothing where a person spoke first, who is not kept waiting for a service that is away
 */
export async function lookUnlessTold(
  rollout: Audience,
  patient: boolean,
  judge: () => Promise<Look>,
): Promise<Look | undefined> {
  return unlessTold(rollout, patient, { judge, skipped: (look) => look });
}

/** The same of whatever a look is made of; `skipped` makes it of what is said where it cannot be had. */
export async function unlessTold<Seen>(
  rollout: Audience,
  patient: boolean,
  { judge, skipped }: { judge: () => Promise<Seen>; skipped: (look: Look) => Seen },
): Promise<Seen | undefined> {
  const scope = new CancellationScope();
  const told = async () => {
    await condition(() => rollout.word !== undefined);
    return undefined;
  };
  try {
    return await scope.run(() => Promise.race([judge(), told()]));
  } catch (error) {
    if (!isFailure(error, 'MetricsUnavailable', 'ArtifactStoreUnavailable')) throw error;
    const verdict = patient ? 'continue' : 'inconclusive';
    return skipped({ verdict, pairs: 0, requests: 0, reasons: [rootMessage(error)] });
  } finally {
    scope.cancel();
  }
}

export function overruled({ decision, by, reason }: RolloutDecision): Look {
  const verdict = decision === 'approve' ? 'promote' : 'rollback';
  return { verdict, pairs: 0, requests: 0, reasons: [`${decision} by ${by}: ${reason}`] };
}

/** Gives all of the traffic to what was found better, watches it, and takes it back where it does not hold. */
export async function putInService(
  rollout: Audience,
  champion: number,
  decisive: Look,
): Promise<RolloutResult> {
  const refused = await promote(rollout, describeLook(decisive));
  if (refused?.verdict === 'no-traffic') return giveBack(rollout, champion, refused);
  const degraded = refused ?? (await watch(rollout));
  if (degraded) return goBack(rollout, degraded);
  return { verdict: 'promote', look: decisive, reasons: decisive.reasons };
}

/** @returns why gateways do not answer with the new champion, or nothing where they do */
export async function promote(rollout: Audience, reason: string): Promise<Look | undefined> {
  const { model, version } = rollout.input;
  rollout.tracker.phase('promoting', { trafficFraction: 1 });
  const generation = await change(rollout, { kind: 'promote', version }, reason);
  const gateways = await awaitGateways({ model, generation, version });
  return gateways.ready ? undefined : notTakenUp(gateways);
}

/** Where no gateway acknowledges, nothing is known of the version: it is withdrawn and may be rolled out again. */
function notTakenUp({ reasons, cause }: GatewayReadiness): Look {
  const verdict = cause === 'unacknowledged' ? 'no-traffic' : 'unhealthy';
  return { verdict, pairs: 0, requests: 0, reasons };
}

/** @returns the look that found degradation, or nothing where the new champion held. */
async function watch(rollout: Audience): Promise<Look | undefined> {
  const { model, version, policy } = rollout.input;
  rollout.tracker.phase('watching', { trafficFraction: 1 });
  const startedAt = Date.now();
  while (Date.now() - startedAt < policy.watchSeconds * 1_000) {
    await condition(() => rollout.word !== undefined, policy.lookEverySeconds * 1_000);
    const word = takeWord(rollout);
    if (word && word.decision !== 'approve') return overruled(word);
    const look = await lookUnlessTold(rollout, true, () =>
      judgeWatch({ model, version, policy, startedAt: new Date(startedAt).toISOString() }),
    );
    if (!look) continue;
    rollout.tracker.look(look);
    if (look.verdict === 'unhealthy' || look.verdict === 'rollback') return look;
  }
  return undefined;
}

/** A look that did not end in promotion: a bad version goes back and is quarantined, an undecided one is withdrawn. */
export async function conclude(rollout: Audience, look: Look): Promise<RolloutResult> {
  if (look.verdict === 'rollback' || look.verdict === 'unhealthy') return goBack(rollout, look);
  await change(rollout, { kind: 'withdraw', version: rollout.input.version }, describeLook(look));
  return endWith(look);
}

/** A promotion that no gateway acknowledged: the champion of before is champion again, and nobody is quarantined. */
async function giveBack(rollout: Audience, champion: number, look: Look): Promise<RolloutResult> {
  await change(rollout, { kind: 'promote', version: champion }, describeLook(look));
  return endWith(look);
}

export function endWith(look: Look): RolloutResult {
  return { verdict: look.verdict as RolloutVerdict, look, reasons: look.reasons };
}

async function goBack(rollout: Audience, look: Look): Promise<RolloutResult> {
  const { model, version, policy } = rollout.input;
  rollout.tracker.phase('rolling-back', { trafficFraction: 0 });
  const detectedAt = new Date(Date.now()).toISOString();
  const generation =
    look.takenOutBy ?? (await change(rollout, { kind: 'rollback', version }, describeLook(look)));
  const { ready } = await awaitGateways({ model, generation });
  const since = new Date(Date.now()).toISOString();
  // Bounded: what cannot be shown within the patience of the policy is reported as not verified.
  const deadline = Date.now() + Math.min(policy.patienceSeconds, 60) * 1_000;
  const check = () => verifyRollback({ model, version, generation, since, guardrails: policy.guardrails });
  let verification = await check();
  while (!verification.verified && Date.now() < deadline) {
    await sleep(policy.lookEverySeconds * 1_000);
    verification = await check();
  }
  const verdict = look.verdict === 'unhealthy' ? 'unhealthy' : 'rollback';
  const incident = await writeIncident(rollout, generation, {
    ...{ verdict, reasons: [...look.reasons], detectedAt },
    ...(ready && { acknowledgedAt: since }),
    verification: { verified: verification.verified, reasons: [...verification.reasons] },
  });
  const reasons = [...look.reasons, ...verification.reasons, ...(incident?.lines ?? [])];
  return { verdict, look, reasons, verification, ...(incident && { incident }) };
}

/** What a rollback cost is told where it can be: a store that is away does not undo the rollback. */
async function writeIncident(
  { input: { model } }: Audience,
  generation: number,
  findings: RollbackFindings,
): Promise<RecordedIncident | undefined> {
  // The last histories without it: rollout-canary-rollback.v1, rollout-watch-rollback.v1.
  if (!patched('2026-11-30-incidents')) return undefined;
  try {
    return await recordIncident({ model, generation, findings });
  } catch (error) {
    if (!isFailure(error, 'ArtifactStoreUnavailable')) throw error;
    return undefined;
  }
}

/** @returns the generation of the routing that the change made. */
export async function change(rollout: Audience, what: RegistryChange, reason: string): Promise<number> {
  const { workflowId, runId } = workflowInfo();
  rollout.tracker.changed();
  const { generation } = await commitRegistryChange({
    model: rollout.input.model,
    idempotencyKey: `${workflowId}/${runId}/${rollout.tracker.changes()}`,
    actor: workflowId,
    ...withApproval(rollout, what, reason),
    change: what,
  });
  return generation ?? 0;
}

/** What brings a version further into traffic says who allowed it, and on what evidence. */
function withApproval({ approvedBy }: Audience, what: RegistryChange, reason: string) {
  if (!approvedBy || (what.kind !== 'challenge' && what.kind !== 'promote')) return { reason };
  const { by, evidence } = approvedBy;
  return { reason: `${reason}; approved by ${by}`, ...(evidence !== undefined && { evidence: [evidence] }) };
}
