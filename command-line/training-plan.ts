// What a training would take, for people: a line a phase, and what to change where it does not fit.
import type { PlannedPhase, PlannedSearch, TrainingPlanResult } from '../contracts/training-plan.ts';
import { sizeText, table } from './output.ts';
import { durationText } from './training-progress.ts';

/** Whether every phase can be trained, be it with fewer rows at once. */
export const canBeTrained = ({ phases }: TrainingPlanResult): boolean =>
  phases.every(({ rowsThatFit }) => rowsThatFit > 0);

export function planText(plan: TrainingPlanResult): string {
  const { documents, phases, search, availableBytes, processBytes, processor, processors } = plan;
  const headings = ['phase', 'parameters', 'steps', 'memory', 'time', 'tokens/s', ''];
  const shown = phases.flatMap((it) =>
    it.phase === search?.phase
      ? [
          { ...search, name: `search of ${it.phase}` },
          { ...it, name: it.phase },
        ]
      : [{ ...it, name: it.phase }],
  );
  const rows = shown.map((it) => [
    it.name,
    learnedText(it),
    String(it.steps),
    sizeText(processBytes + it.memory.total),
    `≤ ${durationText(it.seconds)}`,
    `${it.asFastAs === undefined ? '≥ ' : ''}${Math.round(it.tokensPerSecond)}`,
    verdictOf(it),
  ]);
  return [
    documentsText(documents),
    table(headings, rows),
    ...(search ? [searchText(search)] : []),
    ...phases.map(memoryText),
    ...paceTexts(plan),
    `trained on ${processors} × ${processor}, ${sizeText(availableBytes)} of memory left; nothing was started`,
  ].join('\n');
}

/** What is taken for granted is said, since the figures are as good as that. */
function documentsText({ count, source, sizeBytes, tokensEach }: TrainingPlanResult['documents']): string {
  const told = {
    collected: `${count} documents, as collected so far`,
    files: `for ${count} documents, as many as there are files: none was collected yet`,
    assumed: `for ${count} documents, which is assumed: none was collected yet`,
  };
  if (tokensEach === undefined) return told[source];
  const why = sizeBytes === undefined ? 'a window' : `by the ${sizeText(sizeBytes)} of the files`;
  return `${told[source]}; each is taken to have ${tokensEach} tokens, ${why}`;
}

/** `search of fine-tuning: 9 trials to step 50, 3 to step 150; then the phase, from its start` */
function searchText({ phase, rungs, goesOn }: PlannedSearch): string {
  const told = rungs.map(
    ({ trials, steps }, rung) => `${trials}${rung === 0 ? ' trials' : ''} to step ${steps}`,
  );
  const then = goesOn ? `from the best one's step ${String(rungs.at(-1)?.steps)}` : 'from its start';
  return `search of ${phase}: ${told.join(', ')}; then the phase, ${then}`;
}

/** What times are told from, and of which phases. */
function paceTexts({ phases, speed }: TrainingPlanResult): string[] {
  const known = phases.flatMap(({ phase, asFastAs }) =>
    asFastAs === undefined ? [] : [`${phase}: time as version ${asFastAs} took for as many tokens`],
  );
  const others = phases.filter(({ asFastAs }) => asFastAs === undefined);
  const { float32, bfloat16 } = speed.matrixOperationsPerSecond;
  const measured = [
    ...Object.entries({ float32, bfloat16 }).flatMap(([precision, rate]) =>
      rate === undefined ? [] : [`${precision} products ${giga(rate)} GFLOP/s`],
    ),
    `memory ${giga(speed.bytesPerSecond)} GB/s`,
  ].join(', ');
  return [
    ...known,
    ...(others.length === 0
      ? []
      : [
          `${others.map(({ phase }) => phase).join(', ')}: time from what was measured just now: ${measured}`,
        ]),
  ];
}

const giga = (perSecond: number): string => (perSecond / 1e9).toFixed(1);

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
