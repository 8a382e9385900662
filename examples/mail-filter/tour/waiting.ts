// Waiting for what the workflows do, with a word on how it stands and a bound on how long.
import { setTimeout } from 'node:timers/promises';
import { follow } from '../../../client/follow.ts';
import type { RolloutResult, RolloutStatus } from '../../../contracts/messages.ts';
import { model, need, type Session, TourFailure } from './session.ts';

export type Say = (line: string) => void;

const pollMs = 250;

/**
 * @param look undefined while what is waited for is not there
 * @throws TourFailure after the bound
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  withinSeconds: number,
): Promise<T> {
  const deadline = Date.now() + withinSeconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new TourFailure(`waited ${withinSeconds} s for ${what}`);
    await setTimeout(pollMs);
  }
}

/** Follows a run to its end and keeps what it made. */
export async function followRun(session: Session, workflowId: string, say: Say): Promise<number> {
  const { client } = need(session.running, 'stack');
  let tokensPerSecond = 0;
  const result = await follow(client.lifecycleResult(workflowId), async () => {
    const status = await client.lifecycleStatus(workflowId);
    const stage = status?.stages.find(({ state }) => state === 'running');
    const progress = stage?.stage === 'training' ? await client.trainingProgress(workflowId) : undefined;
    if (progress) {
      tokensPerSecond = progress.tokensPerSecond ?? tokensPerSecond;
      const loss = progress.loss?.toFixed(3) ?? '…';
      say(
        `training: step ${progress.step} of ${progress.totalSteps}, loss ${loss}, ${Math.round(tokensPerSecond)} tokens/s`,
      );
    } else if (stage) say(stage.stage);
  });
  if (result.version === undefined)
    throw new TourFailure(`the run was ${result.outcome}: ${result.reasons.join('; ')}`);
  session.runs.set(result.version, { result, workflowId, tokensPerSecond });
  return result.version;
}

/** Mails a second in each phase of a rollout: fast where the test counts them, sparing where only health is looked at. */
function rateFor({ phase }: RolloutStatus, entry: 'shadow' | 'canary'): number {
  switch (phase) {
    case 'shadow':
      return 25;
    case 'canary':
      return entry === 'canary' ? 25 : 10;
    case 'watching':
      return 5;
    case 'approval':
    case 'deploying':
    case 'validating':
    case 'promoting':
    case 'rolling-back':
    case 'ended':
      return 0;
  }
}

/** Sends the traffic that a rollout is decided on, until it has ended. */
export async function followRollout(
  session: Session,
  { version, entry }: { version: number; entry: 'shadow' | 'canary' },
  say: Say,
): Promise<RolloutResult> {
  const { client, traffic } = need(session.running, 'stack');
  await waitFor(`the rollout of version ${version}`, () => client.rolloutStatus(model, version), 30);
  const result = await follow(client.rolloutResult(model, version), async () => {
    const status = await client.rolloutStatus(model, version);
    if (!status) return;
    traffic.setRate(rateFor(status, entry));
    say(describeStatus(status));
  });
  traffic.setRate(0);
  session.rollouts.push({ version, entry, result });
  return result;
}

function describeStatus({ phase, trafficFraction, look }: RolloutStatus): string {
  const share = phase === 'canary' ? ` at ${trafficFraction * 100} %` : '';
  if (!look) return `${phase}${share}`;
  const interval = look.interval
    ? `, Brier lower by [${look.interval.map((bound) => bound.toFixed(4)).join(', ')}]`
    : '';
  return `${phase}${share}: ${look.pairs} mails judged${interval}`;
}
