// Rounds in turns: in each, every side does the same work once, and the side that begins changes. What else the machine
// does then falls on all alike, and the ratio within a round says more than two medians of different minutes.

/** One way to do the work. */
export interface Side {
  readonly name: string;
  /** Does the work of one round; preparation and clean-up do not count. */
  run(): Promise<Spent>;
}

export interface Spent {
  /** By the clock. */
  readonly seconds: number;
  /** Of the side's own process, all its threads: says more than the clock does where others use the machine. */
  readonly processorSeconds: number;
}

export interface Case {
  readonly name: string;
  /** What is counted; figures are per second, so that more is better. */
  readonly unit: string;
  /** How many units one round does. */
  readonly amount: number;
  readonly rounds: number;
  readonly ours: Side;
  readonly peers: readonly Side[];
}

/** A figure that is held against what was promised, and not against a peer; less is better. */
export interface Goal {
  readonly name: string;
  readonly unit: string;
  readonly goal: number;
  /** Who reached it; absent: it was promised. */
  readonly peerName?: string;
  readonly rounds: number;
  /** @returns one figure, in the unit */
  readonly measure: () => Promise<number>;
}

export interface Bench {
  readonly cases: readonly Case[];
  readonly goals?: readonly Goal[];
  /** Versions, and what a reader should know of the figures. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

/** Ours against one peer. */
export interface CaseResult {
  readonly case: string;
  readonly unit: string;
  readonly peerName: string;
  /** A figure for each round. */
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** Of each round, above 1 where ours is better. */
  readonly ratios: readonly number[];
}

/** A round before the first, not counted, opens connections and compiles what is hot. */
export async function measure({ name, unit, amount, rounds, ours, peers }: Case): Promise<CaseResult[]> {
  const sides = [ours, ...peers];
  const spent = new Map<Side, Spent[]>(sides.map((side) => [side, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % sides.length;
    for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
      const used = await side.run();
      if (round > 0) spent.get(side)?.push(used);
    }
  }
  const compare = (side: Side, per: keyof Spent): CaseResult => {
    const [own, peer] = [ours, side].map((it) => (spent.get(it) ?? []).map((used) => amount / used[per]));
    const ratios = own.map((figure, round) => figure / peer[round]);
    const byClock = per === 'seconds';
    return {
      ...{ case: byClock ? name : `${name}-processor`, unit: byClock ? `${unit}/s` : `${unit}/processor s` },
      ...{ peerName: side.name, ours: own, peer, ratios },
    };
  };
  return peers.flatMap((side) => [compare(side, 'seconds'), compare(side, 'processorSeconds')]);
}

/** The goal stands where the peer does. */
export async function measureGoal({
  name,
  unit,
  goal,
  peerName = 'goal',
  rounds,
  measure: once,
}: Goal): Promise<CaseResult[]> {
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) ours.push(await once());
  const ratios = ours.map((figure) => (figure === goal ? 1 : goal / figure)); // also where both are 0
  return [{ case: name, unit, peerName, ours, peer: ours.map(() => goal), ratios }];
}

/** @param share 0 the least, 0.5 the median, 1 the greatest; linear between neighbours */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
