// Several versions at once against the one in service: each has an equal part of the share and is judged by itself; one that
// is worse leaves and its subjects are the champion's again; of those that are found better the best takes over.
import { condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ArmLook, RolloutActivities } from '../activities/rollout.ts';
import type { Look, RolloutDecision, RolloutResult } from '../contracts/messages.ts';
import { look as lookOptions } from './activity-options.ts';
import { type Audience, takeWord } from './approval.ts';
import { heldMs, isHeld } from './rollout-pause.ts';
import {
  ask,
  awaitVersion,
  change,
  conclude,
  deploy,
  type ExperimentStep,
  missesWayBack,
  overruled,
  putInService,
  unlessTold,
} from './rollout-steps.ts';

const { judgeArms } = proxyActivities<RolloutActivities>(lookOptions);

/** Who still takes part, and how the others ended. */
interface Field {
  readonly rollout: Audience;
  readonly champion: number;
  readonly size: number;
  open: readonly number[];
  left: readonly number[];
  readonly ended: RolloutResult[];
}

/** @returns how it ended for the version that took over, or for the last that left */
export async function takeOverOfSeveral(
  rollout: Audience,
  { champion, others }: { champion: number; others: readonly number[] },
): Promise<RolloutResult> {
  const { input } = rollout;
  const open = [input.version, ...others];
  const field: Field = { rollout, champion, size: open.length, open, left: [], ended: [] };
  await validateAll(field);
  let decisive: readonly ArmLook[] = [];
  if (input.judgedBy !== 'guardrails' && (input.entry === 'shadow' || input.policy.steps.length === 0))
    decisive = await runPhase(field, { mode: 'shadow', step: 0, trafficFraction: 0, qualityProven: false });
  const proven = decisive.length > 0;
  for (const [index, share] of input.policy.steps.entries()) {
    if (field.open.length === 0) break;
    const at = { mode: 'canary' as const, step: index + 1, trafficFraction: share / field.size };
    const looks = await runPhase(field, { ...at, qualityProven: proven || index > 0 });
    if (!proven) decisive = looks;
  }
  const best = bestOf(decisive.filter(({ version }) => field.open.includes(version)));
  return best ? takeOver(field, best) : whyNobody(field);
}

async function takeOver(field: Field, { version, look }: ArmLook): Promise<RolloutResult> {
  const { rollout, champion } = field;
  for (const other of field.open.filter((it) => it !== version))
    await change(
      rollout,
      { kind: 'withdraw', version: other },
      `not the best: version ${version} takes over`,
    );
  const result = await putInService(asArm(rollout, version), champion, look);
  return { ...result, version, reasons: [`version ${version}`, ...result.reasons, ...reasonsOf(field)] };
}

function whyNobody(field: Field): RolloutResult {
  const last = field.ended.at(-1) ?? { verdict: 'inconclusive' };
  return { ...last, reasons: reasonsOf(field) };
}

const reasonsOf = ({ ended }: Field): string[] => ended.flatMap(({ reasons }) => reasons);

/** The one by which most is gained, as far as can be told; of equal ones the older. */
function bestOf(looks: readonly ArmLook[]): ArmLook | undefined {
  const gain = ({ look }: ArmLook) => look.estimate ?? 0;
  return [...looks].sort((a, b) => gain(b) - gain(a) || a.version - b.version).at(0);
}

/** All are loaded before any of them is asked; who cannot be loaded, or does not answer, leaves. */
async function validateAll(field: Field): Promise<void> {
  await deployAll(field, { mode: 'shadow', step: 0, trafficFraction: 0 });
  const missing = field.open.length > 0 ? await missesWayBack(field.rollout, field.champion) : undefined;
  for (const version of field.open) {
    const faulty = missing ?? (await ask(asArm(field.rollout, version)));
    if (faulty) await leave(field, version, faulty);
  }
}

async function deployAll(field: Field, at: Omit<ExperimentStep, 'qualityProven'>): Promise<void> {
  const [first, ...others] = field.open;
  const beside = {
    ...(others.length > 0 && { others: [...others] }),
    ...(field.left.length > 0 && { left: [...field.left] }),
  };
  const refused = await deploy(asArm(field.rollout, first), at, beside);
  if (refused) await leave(field, first, refused);
  for (const version of others) {
    const missing =
      refused?.verdict === 'no-traffic' ? refused : await awaitVersion(asArm(field.rollout, version));
    if (missing) await leave(field, version, missing);
  }
}

/** Looks until each version that has not left may go on. @returns the looks that let them */
async function runPhase(field: Field, at: ExperimentStep): Promise<readonly ArmLook[]> {
  const { rollout } = field;
  const { policy } = rollout.input;
  if (field.open.length === 0) return [];
  if (at.mode === 'canary') await deployAll(field, at);
  const startedAt = Date.now();
  const heldBefore = heldMs(rollout);
  while (field.open.length > 0) {
    rollout.tracker.phase(at.mode, at); // again after one has left
    await condition(() => rollout.word !== undefined, policy.lookEverySeconds * 1_000);
    const word = takeWord(rollout);
    if (word?.decision === 'approve') return toAll(field, overruled(word));
    if (word) {
      await takeOut(field, word);
      continue;
    }
    const elapsedSeconds = (Date.now() - startedAt - (heldMs(rollout) - heldBefore)) / 1_000;
    const looks = await unlessTold(rollout, elapsedSeconds < policy.patienceSeconds, {
      judge: () =>
        judgeArms({ ...questionOf(field, at), elapsedSeconds, startedAt: new Date(startedAt).toISOString() }),
      skipped: (look) => toAll(field, look),
    });
    if (!looks) continue;
    rollout.tracker.arms(looks);
    for (const { version, look } of looks)
      if (look.verdict !== 'continue' && look.verdict !== 'promote' && !isHeld(rollout, look))
        await leave(field, version, look);
    const goOn = looks.filter(({ version }) => field.open.includes(version));
    if (goOn.every(({ look }) => look.verdict === 'promote' && !isHeld(rollout, look))) return goOn;
  }
  return [];
}

const toAll = ({ open }: Field, look: Look): ArmLook[] => open.map((version) => ({ version, look }));

function questionOf({ rollout, champion, open, size }: Field, at: ExperimentStep) {
  const { model, experiment, policy, judgedBy } = rollout.input;
  return {
    ...{ model, champion, experiment, policy, versions: open, arms: size, ...at },
    ...(policy.metrics && { rolloutStartedAt: workflowInfo().startTime.toISOString() }),
    ...(judgedBy && { judgedBy }),
  };
}

/** A person takes one version out, or all of them. */
async function takeOut(field: Field, word: RolloutDecision): Promise<void> {
  const named = field.open.filter((version) => word.version === undefined || word.version === version);
  for (const version of named) await leave(field, version, overruled(word));
}

/** Its share is the champion's again; what was found worse is quarantined, and its cost is told. */
async function leave(field: Field, version: number, look: Look): Promise<void> {
  const result = await conclude(asArm(field.rollout, version), look);
  field.open = field.open.filter((it) => it !== version);
  field.left = [...field.left, version];
  const [first = '', ...rest] = result.reasons;
  const reasons = [`version ${version} (${result.verdict}): ${first}`, ...rest];
  field.ended.push({ ...result, version, reasons });
}

/** The rollout as that of one of its versions: people speak to both alike. */
function asArm(rollout: Audience, version: number): Audience {
  return {
    input: { ...rollout.input, version },
    tracker: rollout.tracker,
    get word() {
      return rollout.word;
    },
    set word(word) {
      rollout.word = word;
    },
    get approval() {
      return rollout.approval;
    },
    set approval(approval) {
      rollout.approval = approval;
    },
    pausedMs: rollout.pausedMs,
    approvedBy: rollout.approvedBy,
  };
}
