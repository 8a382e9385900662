// How one version takes over: approval, shadow, canary steps, all of the traffic, a watch window; or back. What a look
// finds is decided in activities, so the verdict stands in the history; here stands only what follows from it.
import {
  CancellationScope,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
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
  RolloutInput,
  RolloutResult,
  RolloutVerdict,
} from '../contracts/messages.ts';
import type { RegistryChange } from '../contracts/registry.ts';
import { look as lookOptions, quick, registry } from './activity-options.ts';
import { type Audience, awaitApproval, takeWord } from './approval.ts';
import { isFailure, rootMessage } from './failures.ts';
import { decideRolloutSignal, rolloutFinishedSignal } from './messages.ts';
import { hear, heldMs, isHeld } from './rollout-pause.ts';
import { trackRollout } from './rollout-tracker.ts';
import { describeLook, tell } from './story.ts';
import { tellController } from './tell-controller.ts';

const { judgeExperiment, judgeWatch } = proxyActivities<RolloutActivities>(lookOptions);
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

export async function rolloutWorkflow(input: RolloutInput): Promise<RolloutResult> {
  const rollout: Audience = {
    input,
    tracker: trackRollout(input),
    word: undefined,
    approval: undefined,
    pausedMs: 0,
    approvedBy: undefined,
  };
  setHandler(decideRolloutSignal, (decision) => hear(rollout, decision));
  tell(input.searchAttributes, {
    CoppiceModel: input.model,
    CoppiceVersion: String(input.version),
    CoppiceStage: 'rollout',
    ...(input.champion !== undefined && { CoppiceChampion: String(input.champion) }),
  });
  try {
    const result = await takeOver(rollout);
    await finish(rollout, result);
    return result;
  } catch (error) {
    // Whatever went wrong, the challenger must not stay in traffic unwatched; no judgement on it is implied.
    await CancellationScope.nonCancellable(async () => {
      const reason = isCancellation(error) ? 'cancelled' : `failed: ${rootMessage(error)}`;
      try {
        if (input.champion !== undefined)
          await change(rollout, { kind: 'withdraw', version: input.version }, reason);
      } finally {
        // Even where the registry refuses: a controller that is not told would wait for this rollout for ever.
        await finish(rollout, { verdict: 'stopped', reasons: [reason] });
      }
    });
    throw error;
  }
}

async function takeOver(rollout: Audience): Promise<RolloutResult> {
  const { input } = rollout;
  if (input.policy.approval === 'manual') {
    const refused = await awaitApproval(rollout);
    if (refused) return refused;
  }
  if (input.champion === undefined) {
    const refused = await promote(rollout, 'the first version: nothing is in service to compare it with');
    // Nothing was in service before: there is nothing to go back to.
    if (refused) return endWith(refused);
    const faulty = await validate(rollout);
    if (faulty) return endWith(faulty);
    return { verdict: 'promote', reasons: ['first version'] };
  }
  const faulty = await validate(rollout);
  if (faulty) return conclude(rollout, faulty);
  let shadow: Look | undefined;
  const isCompared = input.judgedBy !== 'guardrails'; // else an answer in the shadow would be seen by nobody at all
  if (isCompared && (input.entry === 'shadow' || mustProveItselfInShadow(input))) {
    shadow = await runExperiment(rollout, {
      mode: 'shadow',
      step: 0,
      trafficFraction: 0,
      qualityProven: false,
    });
    if (shadow.verdict !== 'promote') return conclude(rollout, shadow);
  }
  const canary = await runCanary(rollout, shadow !== undefined);
  if (canary.verdict !== 'promote') return conclude(rollout, canary);

  const decisive = shadow ?? canary;
  const refused = await promote(rollout, describeLook(decisive));
  if (refused?.verdict === 'no-traffic') return giveBack(rollout, input.champion, refused);
  const degraded = refused ?? (await watch(rollout));
  if (degraded) return goBack(rollout, degraded);
  return { verdict: 'promote', look: decisive, reasons: decisive.reasons };
}

/**
 * A version that does not answer, or far more slowly, has no traffic at all. All gateways have loaded it and its like in
 * service before it is asked, so what a rollback would go to is known to be there.
 * @returns why it goes no further, or nothing where it may
 */
async function validate(rollout: Audience): Promise<Look | undefined> {
  // The last histories without it: rollout-first-version.v1, rollout-language.v3.
  if (!patched('2026-11-30-validate-first')) return undefined;
  const { model, version, champion, policy, judgedBy } = rollout.input;
  if (champion !== undefined) {
    const refused = await deploy(rollout, { mode: 'shadow', step: 0, trafficFraction: 0 });
    if (refused) return refused;
    const target = await awaitGateways({ model, generation: 0, version: champion });
    if (!target.ready)
      return {
        verdict: 'no-traffic',
        pairs: 0,
        requests: 0,
        reasons: [`nothing to go back to: ${target.reasons.join('; ')}`],
      };
  }
  rollout.tracker.phase('validating');
  const { valid, reached, reasons } = await validateVersion({
    ...{ model, version, validation: policy.validation },
    ...(champion !== undefined && { champion }),
    ...(judgedBy && { judgedBy }),
  });
  if (valid) return undefined;
  return { verdict: reached ? 'unhealthy' : 'no-traffic', pairs: 0, requests: 0, reasons };
}

/** Where there is no canary step either, nothing but the shadow could give evidence: a person's entry skips no proof. */
function mustProveItselfInShadow({ policy }: RolloutInput): boolean {
  return policy.steps.length === 0 && patched('2026-11-24-proof-without-canary-steps');
}

/** The steps guard health, and the test goes on in them on fresh answers; without a verdict from shadow it must decide here. */
async function runCanary(rollout: Audience, provenBefore: boolean): Promise<Look> {
  let look: Look = { verdict: 'promote', pairs: 0, requests: 0, reasons: ['no canary steps'] };
  let qualityProven = provenBefore;
  for (const [index, trafficFraction] of rollout.input.policy.steps.entries()) {
    look = await runExperiment(rollout, { mode: 'canary', step: index + 1, trafficFraction, qualityProven });
    if (look.verdict !== 'promote') return look;
    qualityProven = true;
  }
  return look;
}

interface ExperimentStep {
  readonly mode: 'shadow' | 'canary';
  readonly step: number;
  readonly trafficFraction: number;
  /** An earlier phase has found the challenger better: this one may pass on health alone. */
  readonly qualityProven: boolean;
}

/** @returns why gateways do not have the version at its place, or nothing where they do */
async function deploy(
  rollout: Audience,
  at: Pick<ExperimentStep, 'mode' | 'step' | 'trafficFraction'>,
): Promise<Look | undefined> {
  const { input, tracker } = rollout;
  const { model, version, experiment, entry } = input;
  tracker.phase('deploying', at);
  const { mode, step, trafficFraction } = at;
  const isInterleaved = input.policy.design === 'interleaved' && mode === 'canary';
  const challenger = {
    ...{ version, experiment, mode, step, trafficFraction },
    ...(isInterleaved && { design: 'interleaved' as const }),
  };
  // Once: what a person takes out meanwhile stays out.
  const override = entry === 'canary' && tracker.changes() === 0;
  const generation = await change(
    rollout,
    { kind: 'challenge', challenger, ...(override && { overrideQuarantine: true }) },
    `${at.mode} at ${at.trafficFraction * 100} %`,
  );
  const gateways = await awaitGateways({ model, generation, version });
  return gateways.ready ? undefined : notTakenUp(gateways);
}

/** Puts the challenger into the given share of traffic and looks until a verdict. `promote` means: on to the next. */
async function runExperiment(rollout: Audience, at: ExperimentStep): Promise<Look> {
  const { input, tracker } = rollout;
  const { model, version, policy, experiment } = input;
  const isThere = at.mode === 'shadow' && tracker.changes() > 0; // since it was validated
  const refused = isThere ? undefined : await deploy(rollout, at);
  if (refused) return refused;

  tracker.phase(at.mode, at);
  const startedAt = Date.now();
  const heldBefore = heldMs(rollout);
  for (;;) {
    await condition(() => rollout.word !== undefined, policy.lookEverySeconds * 1_000);
    const word = takeWord(rollout);
    if (word) return overruled(word);
    const elapsedSeconds = (Date.now() - startedAt - (heldMs(rollout) - heldBefore)) / 1_000;
    const look = await lookUnlessTold(rollout, elapsedSeconds < policy.patienceSeconds, () =>
      judgeExperiment({
        model,
        version,
        champion: input.champion ?? version,
        experiment,
        policy,
        startedAt: new Date(startedAt).toISOString(),
        ...(policy.metrics && { rolloutStartedAt: workflowInfo().startTime.toISOString() }),
        elapsedSeconds,
        ...(input.judgedBy && { judgedBy: input.judgedBy }),
        ...at,
      }),
    );
    if (!look) continue;
    tracker.look(look);
    if (look.verdict !== 'continue' && !isHeld(rollout, look)) return look;
  }
}

/**
 * A look that cannot be had is skipped: missing data never promotes, and without patience left it ends the test.
 * @returns nothing where a person spoke first, who is not kept waiting for a service that is away
 */
async function lookUnlessTold(
  rollout: Audience,
  patient: boolean,
  judge: () => Promise<Look>,
): Promise<Look | undefined> {
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
    return { verdict, pairs: 0, requests: 0, reasons: [rootMessage(error)] };
  } finally {
    scope.cancel();
  }
}

function overruled({ decision, by, reason }: RolloutDecision): Look {
  const verdict = decision === 'approve' ? 'promote' : 'rollback';
  return { verdict, pairs: 0, requests: 0, reasons: [`${decision} by ${by}: ${reason}`] };
}

/** @returns why gateways do not answer with the new champion, or nothing where they do */
async function promote(rollout: Audience, reason: string): Promise<Look | undefined> {
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
async function conclude(rollout: Audience, look: Look): Promise<RolloutResult> {
  if (look.verdict === 'rollback' || look.verdict === 'unhealthy') return goBack(rollout, look);
  await change(rollout, { kind: 'withdraw', version: rollout.input.version }, describeLook(look));
  return endWith(look);
}

/** A promotion that no gateway acknowledged: the champion of before is champion again, and nobody is quarantined. */
async function giveBack(rollout: Audience, champion: number, look: Look): Promise<RolloutResult> {
  await change(rollout, { kind: 'promote', version: champion }, describeLook(look));
  return endWith(look);
}

function endWith(look: Look): RolloutResult {
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
async function change(rollout: Audience, what: RegistryChange, reason: string): Promise<number> {
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

async function finish({ input, tracker }: Audience, result: RolloutResult): Promise<void> {
  tracker.end(result.verdict);
  tell(input.searchAttributes, { CoppiceVerdict: result.verdict });
  await tellController(input.controllerId, rolloutFinishedSignal, {
    workflowId: workflowInfo().workflowId,
    version: input.version,
    verdict: result.verdict,
    reason: result.reasons.join('; '),
  });
}
