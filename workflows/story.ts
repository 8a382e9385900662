// How a workflow tells its story in the Temporal UI: search attributes and live details in Markdown.
import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { Approval } from '../contracts/approval.ts';
import type { LifecycleStatus, Look, RolloutPause, RolloutStatus } from '../contracts/messages.ts';
import type { SearchAttribute } from '../contracts/search-attributes.ts';
import type { TokenizationResult, TrainingResult } from '../contracts/stage-results.ts';

/**
 * Sets the search attributes that the server has; a server without a free slot goes without.
 * @param available names that are registered on the server
 */
export function tell(
  available: readonly string[] | undefined,
  values: Partial<Record<SearchAttribute, string>>,
): void {
  const pairs = Object.entries(values)
    .filter(([name]) => available?.includes(name))
    .map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value }));
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}

/** The stages of a lifecycle as a Markdown table. */
export function lifecycleDetails({ stages, outcome }: LifecycleStatus): string {
  const rows = stages.map(({ stage, state, detail, seconds }) => {
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
    return `| ${stage} | ${state} | ${time} | ${detail} |`;
  });
  const table = ['| stage | state | time | |', '| --- | --- | ---: | --- |', ...rows].join('\n');
  return outcome === undefined ? table : `**${outcome}**\n\n${table}`;
}

/** `vocabulary of 6000, 2000 of them new`; of one that was not extended `vocabulary of 4000`. */
export function describeVocabulary({
  vocabularySize,
  extension,
}: Pick<TokenizationResult, 'vocabularySize' | 'extension'>): string {
  return `vocabulary of ${vocabularySize}${extension ? `, ${extension.added} of them new` : ''}`;
}

/** A training in a line, for the table of stages. */
export function describeTraining(trained: TrainingResult): string {
  const { trainingCount, pretraining, tokensPerSecond, memory } = trained;
  const before = pretraining?.earlyStopping ? `${describeSteps(pretraining)} of pretraining, ` : '';
  const speed = `${Math.round(tokensPerSecond)} tokens/s`;
  const took = memory
    ? `, ${megabytes(memory.peakBytes)} (${megabytes(memory.estimatedBytes)} estimated)`
    : '';
  return `${before}${trainingCount} examples, ${describeSteps(trained)}, ${speed}${took}`;
}

/** `250 of 400 steps (step 200 kept)`; of a phase without early stopping `400 steps`. */
export function describeSteps({
  steps,
  earlyStopping: stopping,
}: Pick<TrainingResult, 'steps' | 'earlyStopping'>): string {
  const planned = stopping && steps < stopping.plannedSteps ? ` of ${stopping.plannedSteps}` : '';
  return `${steps}${planned} steps${stopping ? ` (step ${stopping.keptStep} kept)` : ''}`;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** A rollout in Markdown: where it stands and what the last look found. */
export function rolloutDetails(status: RolloutStatus): string {
  const head = status.verdict === undefined ? status.phase : `**${status.verdict}** (${status.phase})`;
  const share = `${(status.trafficFraction * 100).toFixed(0)} % of the traffic`;
  const waits = status.phase === 'approval' && status.approval ? ['', describeApproval(status.approval)] : [];
  const held = [
    ...(status.paused ? ['', describePause(status.paused)] : []),
    ...(status.look?.hold ? ['', `**${describeHold(status.look.hold)}**`] : []),
  ];
  return [
    `${head}, ${share}`,
    ...held,
    ...waits,
    ...(status.look ? ['', describeLook(status.look)] : []),
    ...(status.arms ?? []).flatMap(({ version, look }) => ['', `version ${version}: ${describeLook(look)}`]),
  ].join('\n');
}

function describePause({ by, reason }: RolloutPause): string {
  return `paused by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

const describeHold = ({ pValue }: NonNullable<Look['hold']>): string =>
  `held by its sample ratio, p ${pValue.toPrecision(2)}`;

/** What an approver must know. */
function describeApproval({
  evidence,
  deadline,
  overdue,
  mustDiffer,
  requesters,
  refused,
}: Approval): string {
  const until = deadline === undefined ? '' : `${overdue ? ', overdue since' : ', until'} ${deadline}`;
  const others = mustDiffer ? `, by somebody else than ${requesters.join(', ')}` : '';
  return [
    `waits for approval of \`${evidence ?? '?'}\`${until}${others}`,
    ...(refused ? [refused] : []),
  ].join('; ');
}

/** One look in one sentence. */
export function describeLook({ pairs, estimate, interval, requests, reasons, verdict }: Look): string {
  const measured =
    estimate === undefined || interval === undefined
      ? ''
      : `, difference ${estimate.toFixed(4)} [${interval[0].toFixed(4)}, ${interval[1].toFixed(4)}]`;
  return `${verdict}: ${pairs} pairs, ${requests} requests${measured}. ${reasons.join('; ')}`;
}
