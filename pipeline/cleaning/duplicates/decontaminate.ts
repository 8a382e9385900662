// Keeps out what a model is evaluated on: documents that have 13 words in a row in common with an evaluation set are dropped,
// or lose these with 200 characters on either side (Brown et al. 2020, arXiv:2005.14165, appendix C).
import type { DecontaminateSpec, EvaluationSetFile } from '../../../contracts/model-spec/decontaminate.ts';
import type { Replacement } from '../rewrites.ts';
import type { CleaningStep, Verdict, WorkingDocument } from '../working-document.ts';
import { changeBy } from '../working-document.ts';
import { createRunSearch, type FoundRun } from './word-runs.ts';

/** @returns the entries of an evaluation set */
export type ReadEvaluationSet = (file: EvaluationSetFile) => Promise<readonly string[]>;

/** Characters that go with a run, on either side, and that a piece between two runs must have to stay. */
const AROUND = 200;
/** A document that falls into more pieces is the set's. */
const MOST_PIECES = 10;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** @returns what is left between the runs */
function piecesOf(text: string, runs: readonly FoundRun[]): Stretch[] {
  const pieces: Stretch[] = [];
  let start = 0;
  const close = (end: number): void => {
    if (end - start >= AROUND) pieces.push({ start, end });
  };
  for (const run of runs) {
    close(run.start - AROUND);
    start = Math.max(start, run.end + AROUND);
  }
  close(text.length);
  return pieces;
}

function cut(document: WorkingDocument, runs: readonly FoundRun[], reason: string): Verdict {
  const { text } = document;
  const pieces = piecesOf(text, runs);
  if (pieces.length === 0 || pieces.length > MOST_PIECES) return { decision: 'drop', reason };
  const bounds = [0, ...pieces.flatMap(({ start, end }) => [start, end]), text.length];
  const replacements: Replacement[] = [];
  for (let at = 0; at < bounds.length; at += 2) {
    const piece = text.slice(bounds[at], bounds[at + 1]);
    const isWithin = at > 0 && at < bounds.length - 2;
    if (piece !== '') replacements.push({ start: bounds[at], piece, by: isWithin ? '\n' : '' });
  }
  const counts: Record<string, number> = {};
  for (const { name } of runs) counts[name] = (counts[name] ?? 0) + 1;
  return changeBy(document, [{ replacements }], counts);
}

/** Makes the step `decontaminate`; the sets are read when the first document comes. */
export function createDecontaminate(
  { sets, action, ...lengths }: Omit<DecontaminateSpec, 'step'>,
  read: ReadEvaluationSet,
): CleaningStep {
  let search: Promise<ReturnType<typeof createRunSearch>> | undefined;
  const open = async () =>
    createRunSearch(
      await Promise.all(sets.map(async (set) => ({ name: set.name, texts: await read(set) }))),
      lengths,
    );
  return async (document) => {
    const find = await (search ??= open());
    const runs = find(document.text);
    const first = runs.next();
    if (first.done === true) return { decision: 'keep' };
    const reason = `contaminated-${first.value.name}`;
    return action === 'drop' ? { decision: 'drop', reason } : cut(document, [first.value, ...runs], reason);
  };
}
