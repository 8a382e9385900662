// Sticky assignment of subjects to arms by weighted rendezvous hashing (Thaler and Ravishankar 1998; weights after
// Schindelhauer and Schomaker 2005): each arm draws an exponential waiting time from a hash, the shortest wins.
// Unlike cutting [0,1) into pieces, this moves only those subjects whose arm lost share, however many arms there are.
import { createHash } from 'node:crypto';
import { CoppiceFailure } from '../../contracts/failures.ts';

/** A version and its share of the traffic. */
export interface WeightedArm {
  readonly version: string;
  /** Share of the subjects, 0 to 1. */
  readonly weight: number;
}

/** Shares that were added up from decimals, such as 0.1 + 0.2 + 0.7, miss 1 by a few units of the last place. */
const weightTolerance = 1e-9;

/**
 * Hashes texts to a number, uniformly.
 *
 * @param parts - what identifies the draw; their boundaries count, so `['ab', 'c']` differs from `['a', 'bc']`
 * @returns a number in (0, 1], made of the first 52 bits of SHA-256
 */
export function hashToUnit(parts: readonly string[]): number {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  const bits = digest.readUInt32BE(0) * 2 ** 20 + (digest.readUInt32BE(4) >>> 12);
  return (bits + 1) / 2 ** 52;
}

/**
 * Names the arm of a subject: the same on every replica and at every call; an arm whose share grows at the others'
 * expense keeps the subjects that it has.
 *
 * @param experimentId - separates experiments, so that a subject's arm in one says nothing about the next
 * @param subjectId - the unit of analysis: a user, a conversation, a mail
 * @param arms - at least one; distinct versions; weights from 0 to 1 with sum 1; their order does not matter
 * @returns the version of the arm; never one of weight 0
 * @throws CoppiceFailure `InvalidInput` when the weights are not shares of one whole
 */
export function assignArm(experimentId: string, subjectId: string, arms: readonly WeightedArm[]): string {
  checkWeights(arms);
  let chosen = '';
  let shortest = Infinity;
  for (const { version, weight } of arms) {
    // Waits for ever where the weight is zero.
    const wait = -Math.log(hashToUnit([experimentId, subjectId, version])) / weight;
    if (wait < shortest) {
      shortest = wait;
      chosen = version;
    }
  }
  return chosen;
}

function checkWeights(arms: readonly WeightedArm[]): void {
  const problems: string[] = [];
  let sum = 0;
  for (const { version, weight } of arms) {
    if (!(weight >= 0 && weight <= 1))
      problems.push(`the weight of ${version} is ${weight}, not within 0 and 1`);
    sum += weight;
  }
  if (!(Math.abs(sum - 1) <= weightTolerance)) problems.push(`the weights sum to ${sum}, not to 1`);
  if (new Set(arms.map(({ version }) => version)).size < arms.length) problems.push('a version occurs twice');
  if (problems.length > 0) throw new CoppiceFailure('InvalidInput', problems.join('; '), { arms });
}
