// Several challengers at once, each held against the version in service, with α over all of them. Whether one is better is
// tested by Holm's procedure (holm.ts): once one is found better, the others are held to less. Whether one is worse has an
// equal part of α each, which holds whatever else is found (Bonferroni, after Dunn 1961).
import type { Verdict } from './policy.ts';

/** As much of a look as tells arms apart. */
interface Judged {
  readonly verdict: Verdict;
}

/**
 * @param versions - of all arms that have not left
 * @param judge - one arm's look, at a level
 * @param options.alpha - of the phase
 * @param options.arms - with which the phase of the rollout began, those that left among them
 * @param options.decides - whether to promote says in this phase that one is better; else all are held to equal parts
 * @returns a look a version
 */
export function judgeArms<Look extends Judged>(
  versions: readonly number[],
  judge: (version: number, alpha: number) => Look,
  { alpha, arms, decides }: { alpha: number; arms: number; decides: boolean },
): Map<number, Look> {
  const looks = new Map(versions.map((version) => [version, judge(version, alpha / arms)]));
  const countBetter = () => [...looks.values()].filter(({ verdict }) => verdict === 'promote').length;
  for (let better = countBetter(), before = 0; decides && better > before && better < arms; ) {
    for (const [version, { verdict }] of looks) {
      if (verdict !== 'continue' && verdict !== 'inconclusive') continue;
      const again = judge(version, alpha / (arms - better));
      if (again.verdict === 'promote') looks.set(version, again);
    }
    [before, better] = [better, countBetter()];
  }
  return looks;
}

/**
 * A share among one challenger's subjects and the champion's, where others have an equal share.
 *
 * @param trafficFraction - of each challenger, above 0
 * @param arms - challengers, those that left among them
 */
export function shareAgainstChampion(trafficFraction: number, arms: number): number {
  return trafficFraction / (1 - (arms - 1) * trafficFraction);
}
