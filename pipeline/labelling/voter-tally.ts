// Coverage, overlaps and conflicts of voters, as Snorkel's analysis of label functions has them (Ratner et al. 2017,
// arXiv:1711.10160, section 2).
import type { LabelVoter } from '../../contracts/label-voter.ts';

/** The most that are told of, those with the most votes first. */
const MOST_VOTERS = 200;

/**
 * @param votes by document, the label of each voter that did not abstain
 * @param context.documents how many there were to vote on
 * @param context.errors by voter; who is here is told of, votes or none
 */
export function tallyVoters(
  votes: Iterable<ReadonlyMap<string, string>>,
  { documents, errors }: { readonly documents: number; readonly errors: ReadonlyMap<string, number> },
): LabelVoter[] {
  const tallies = new Map(
    [...errors.keys()].map((voter) => [voter, { votes: 0, overlaps: 0, conflicts: 0 }]),
  );
  for (const given of votes) {
    const labels = new Set(given.values()).size;
    for (const voter of given.keys()) {
      const tally = tallies.get(voter) ?? { votes: 0, overlaps: 0, conflicts: 0 };
      tally.votes += 1;
      if (given.size > 1) tally.overlaps += 1;
      if (labels > 1) tally.conflicts += 1;
      tallies.set(voter, tally);
    }
  }
  return [...tallies]
    .map(([voter, tally]) => ({ voter, documents, ...tally, errors: errors.get(voter) ?? 0 }))
    .sort((a, b) => b.votes - a.votes || (a.voter < b.voter ? -1 : 1))
    .slice(0, MOST_VOTERS);
}
