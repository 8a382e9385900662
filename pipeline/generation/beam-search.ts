// Beam search as in transformers 5: the likeliest continuations of all beams together go on; those that end are kept apart
// and compared by the sum of their logarithms over length^penalty (Wu et al. 2016, arXiv:1609.08144, section 7, simplified).
import { CoppiceFailure } from '../../contracts/failures.ts';
import { largest } from './largest.ts';
import { logSumOf, penalizeRepetition } from './processors.ts';

export interface BeamOptions {
  /** K: texts that are followed at once, from 1 on. */
  readonly beams: number;
  readonly maximumNewTokens: number;
  /** Above 0 favours long texts, below 0 short ones; 1 (default) compares means. */
  readonly lengthPenalty?: number;
  /** true: ends once K texts have ended; false (default): once no better one is likely; never: once none is possible. */
  readonly earlyStopping?: boolean | 'never';
  readonly endOfTextId?: number;
  readonly repetitionPenalty?: number;
}

/** A text that was found. */
export interface Hypothesis {
  /** Without the prompt; the end of text is the last where it came. */
  readonly ids: readonly number[];
  /** Sum of the logarithms of its probabilities / length^penalty. */
  readonly score: number;
}

/** Which beams go on, at most K: row n goes on from row `parents[n]` with the token `ids[n]`. */
export interface BeamStep {
  readonly parents: readonly number[];
  readonly ids: readonly number[];
}

export interface BeamSearch {
  /**
   * @param logits [K × V], changed in place; at first one row counts, then as many as the last step had
   * @returns the next step, or nothing once the search is over
   */
  readonly advance: (logits: Float32Array) => BeamStep | undefined;
  /** @returns at most K, the best first */
  readonly found: () => readonly Hypothesis[];
}

/** @throws CoppiceFailure InvalidInput with every option that is out of its range */
export function createBeamSearch(prompt: readonly number[], options: BeamOptions): BeamSearch {
  checkBeams(options);
  const { beams, maximumNewTokens, lengthPenalty = 1, earlyStopping = false } = options;
  let running: Hypothesis[] = [{ ids: [], score: 0 }];
  let found: Hypothesis[] = [];
  let length = 0;

  const canImprove = (): boolean => {
    if (found.length < beams) return true;
    if (earlyStopping === true) return false;
    const longest = earlyStopping === 'never' && lengthPenalty > 0 ? maximumNewTokens : length;
    return running[0].score / longest ** lengthPenalty > found[beams - 1].score;
  };
  const advance = (logits: Float32Array): BeamStep | undefined => {
    const candidates = candidatesOf(logits, running, { ...options, prompt });
    length += 1;
    const isLast = length === maximumNewTokens;
    const ends = ({ id }: Candidate): boolean => isLast || id === options.endOfTextId;
    const textOf = ({ parent, id }: Candidate): number[] => [...running[parent].ids, id];
    const ended = candidates
      .slice(0, beams) // what comes after them stands by, in case that all of them end
      .filter(ends)
      .map((it) => ({ ids: textOf(it), score: it.score / length ** lengthPenalty }));
    found = [...found, ...ended].sort((a, b) => b.score - a.score).slice(0, beams);
    const going = candidates.filter((it) => !ends(it)).slice(0, beams);
    running = going.map((it) => ({ ids: textOf(it), score: it.score }));
    if (running.length === 0 || !canImprove()) return undefined;
    return { parents: going.map(({ parent }) => parent), ids: going.map(({ id }) => id) };
  };
  return { advance, found: () => found };
}

interface Candidate {
  readonly parent: number;
  readonly id: number;
  readonly score: number;
}

/** The 2K likeliest continuations: at most K of them end, so that K can go on. */
function candidatesOf(
  logits: Float32Array,
  running: readonly Hypothesis[],
  { prompt, beams, repetitionPenalty = 1 }: BeamOptions & { readonly prompt: readonly number[] },
): Candidate[] {
  const size = logits.length / beams;
  for (const [row, { ids, score }] of running.entries()) {
    const own = logits.subarray(row * size, (row + 1) * size);
    const total = logSumOf(own);
    if (!Number.isFinite(total)) {
      throw new CoppiceFailure('InvariantViolated', 'logits of the model are not numbers');
    }
    for (let id = 0; id < size; id += 1) own[id] -= total;
    penalizeRepetition(own, [...prompt, ...ids], repetitionPenalty);
    for (let id = 0; id < size; id += 1) own[id] += score;
  }
  const scores = logits.subarray(0, running.length * size);
  return largest(scores, 2 * beams).map((place) => ({
    parent: Math.floor(place / size),
    id: place % size,
    score: scores[place],
  }));
}

/** @throws CoppiceFailure InvalidInput with every option that is out of its range */
export function checkBeams({
  beams,
  maximumNewTokens,
  lengthPenalty = 1,
  repetitionPenalty = 1,
}: BeamOptions): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  const problems = [
    ...(isCount(beams) ? [] : [`beams: expected a whole number from 1 on, got ${beams}`]),
    ...(isCount(maximumNewTokens)
      ? []
      : [`maximumNewTokens: expected a whole number from 1 on, got ${maximumNewTokens}`]),
    ...(Number.isFinite(lengthPenalty) ? [] : [`lengthPenalty: expected a number, got ${lengthPenalty}`]),
    ...(repetitionPenalty > 0 && Number.isFinite(repetitionPenalty)
      ? []
      : [`repetitionPenalty: expected a number above 0, got ${repetitionPenalty}`]),
  ];
  if (problems.length > 0) throw new CoppiceFailure('InvalidInput', problems.join('; '));
}
