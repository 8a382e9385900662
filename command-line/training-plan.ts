// What a training would take, for people: a line a phase, and what to change where it does not fit.
import type { PlannedPhase, TrainingPlanResult } from '../contracts/training-plan.ts';
import { sizeText, table } from './output.ts';
import { durationText } from './training-progress.ts';

/** Whether every phase can be trained, be it with fewer rows at once. */
export const canBeTrained = ({ phases }: TrainingPlanResult): boolean =>
  phases.every(({ rowsThatFit }) => rowsThatFit > 0);

export function planText(plan: TrainingPlanResult): string {
  const { documents, phases, availableBytes, processBytes, processor, processors } = plan;
  const headings = ['phase', 'parameters', 'steps', 'memory', 'time', 'tokens/s', ''];
  const rows = phases.map((it) => [
    it.phase,
    learnedText(it),
    String(it.steps),
    sizeText(processBytes + it.memory.total),
    `≤ ${durationText(it.seconds)}`,
    `≥ ${Math.round(it.tokensPerSecond)}`,
    verdictOf(it),
  ]);
  return [
    documents.source === 'collected'
      ? `${documents.count} documents, as collected so far`
      : `for ${documents.count} documents, since none was collected yet`,
    table(headings, rows),
    ...phases.map(memoryText),
    `trained on ${processors} × ${processor}, ${sizeText(availableBytes)} of memory left; nothing was started`,
  ].join('\n');
}

function memoryText({ phase, memory }: PlannedPhase): string {
  const { total: _total, ...parts } = memory;
  const told = Object.entries(parts).map(([name, bytes]) => `${name} ${sizeText(bytes)}`);
  return `${phase}: ${told.join(', ')}`;
}

function verdictOf({ rowsAtOnce, rowsThatFit }: PlannedPhase): string {
  if (rowsThatFit >= rowsAtOnce) return 'fits';
  return rowsThatFit > 0
    ? `fits with a microBatchSize of ${rowsThatFit}`
    : 'does not fit: a shorter contextLength or a smaller model';
}

/** Where adapters are trained, `16 k of 1.3 M`. */
function learnedText({ parameters, frozenParameters = 0 }: PlannedPhase): string {
  const learned = countText(parameters);
  return frozenParameters === 0 ? learned : `${learned} of ${countText(parameters + frozenParameters)}`;
}

/** `6_918_144` → `6.9 M`. */
function countText(count: number): string {
  return count < 1_000_000 ? `${(count / 1_000).toFixed(0)} k` : `${(count / 1_000_000).toFixed(1)} M`;
}
