// One label from several votes. Voters are people, rules and classifiers; who has nothing to say abstains and is not here.

export interface Vote {
  /** The name of who votes. */
  readonly voter: string;
  readonly label: string;
}

export interface VoteOptions {
  /** By voter, 1 where it has none; with no weights at all the majority decides. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Fewer votes decide nothing, 1 by default. */
  readonly minimumVotes?: number;
  /** Of labels with the same weight the first of these wins; where none is here, nothing is decided. */
  readonly ties?: readonly string[];
}

const ROUNDING = 1e-9; // weights are sums: what differs by less is a tie

/** @returns the label with the greatest weight; undefined where too few vote or a tie is not decided */
export function decideByVote(
  votes: readonly Vote[],
  { weights = {}, minimumVotes = 1, ties = [] }: VoteOptions = {},
): string | undefined {
  if (votes.length < Math.max(1, minimumVotes)) return undefined;
  const sums = new Map<string, number>();
  for (const { voter, label } of votes) sums.set(label, (sums.get(label) ?? 0) + (weights[voter] ?? 1));
  const most = Math.max(...sums.values());
  if (most <= 0) return undefined;
  const first = [...sums].filter(([, sum]) => most - sum < ROUNDING).map(([label]) => label);
  return first.length === 1 ? first[0] : ties.find((label) => first.includes(label));
}
