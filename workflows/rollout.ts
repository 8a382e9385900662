// How one version takes over: approval, shadow, canary steps, all of the traffic, a watch window; or back. What a look
// finds is decided in activities, so the verdict stands in the history; here stands only what follows from it.
import {
  CancellationScope,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RolloutActivities } from '../activities/rollout.ts';
import type { Look, RolloutInput, RolloutResult } from '../contracts/messages.ts';
import { look as lookOptions } from './activity-options.ts';
import { type Audience, awaitApproval, takeWord } from './approval.ts';
import { rootMessage } from './failures.ts';
import { decideRolloutSignal, rolloutFinishedSignal } from './messages.ts';
import { takeOverOfSeveral } from './rollout-arms.ts';
import { hear, heldMs, isHeld } from './rollout-pause.ts';
import {
  change,
  conclude,
  deploy,
  type ExperimentStep,
  endWith,
  lookUnlessTold,
  overruled,
  promote,
  putInService,
  validate,
} from './rollout-steps.ts';
import { trackRollout } from './rollout-tracker.ts';
import { tell } from './story.ts';
import { tellController } from './tell-controller.ts';

const { judgeExperiment } = proxyActivities<RolloutActivities>(lookOptions);

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
          for (const version of [input.version, ...(input.others ?? [])])
            await change(rollout, { kind: 'withdraw', version }, reason);
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
  if (input.others) return takeOverOfSeveral(rollout, { champion: input.champion, others: input.others });
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

  return putInService(rollout, input.champion, shadow ?? canary);
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

async function finish({ input, tracker }: Audience, result: RolloutResult): Promise<void> {
  tracker.end(result.verdict);
  tell(input.searchAttributes, { CoppiceVerdict: result.verdict });
  await tellController(input.controllerId, rolloutFinishedSignal, {
    workflowId: workflowInfo().workflowId,
    version: result.version ?? input.version,
    verdict: result.verdict,
    reason: result.reasons.join('; '),
  });
}
