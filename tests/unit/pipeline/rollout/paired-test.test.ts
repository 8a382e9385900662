import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../pipeline/random.ts';
import { binaryBrierLoss } from '../../../../pipeline/rollout/losses.ts';
import { type PairedObservation, pairedTest, settled } from '../../../../pipeline/rollout/paired-test.ts';

const policy = { alpha: 0.05, optimalSample: 500, minimumSample: 100, maximumSample: 750 };

/** An answer of a classifier that is right with the given probability and mostly sure of itself. */
function brierOf(random: Random, right: boolean): number {
  const sureness = right ? 0.75 + 0.25 * random.next() : 0.5 + 0.5 * random.next();
  return binaryBrierLoss(right ? sureness : 1 - sureness, true);
}

/**
 * Mails answered by two versions. Of those that the better one gets wrong, the other gets half wrong as well, as
 * versions of one lineage do.
 */
function mails(
  random: Random,
  count: number,
  accuracy: { champion: number; challenger: number },
): PairedObservation[] {
  const better = Math.max(accuracy.champion, accuracy.challenger);
  const worse = Math.min(accuracy.champion, accuracy.challenger);
  const worseWhereBetterIsRight = (1 - worse - (1 - better) / 2) / better;
  return Array.from({ length: count }, (_, index) => {
    const betterRight = random.next() < better;
    const worseRight = random.next() >= (betterRight ? worseWhereBetterIsRight : 0.5);
    const losses = [brierOf(random, betterRight), brierOf(random, worseRight)] as const;
    const [challengerLoss, championLoss] =
      accuracy.challenger >= accuracy.champion ? losses : [losses[1], losses[0]];
    return { subject: `mail-${index}`, time: index, championLoss, challengerLoss };
  });
}

/** Retrained on the same data: the same errors, probabilities that differ by noise. */
function nearlyIdentical(random: Random, count: number): PairedObservation[] {
  return Array.from({ length: count }, (_, index) => {
    const right = random.next() < 0.95;
    const loss = () => binaryBrierLoss(right ? 0.9 + 0.1 * random.next() : 0.2 + 0.1 * random.next(), true);
    return { subject: `mail-${index}`, time: index, championLoss: loss(), challengerLoss: loss() };
  });
}

const repeat = <T>(times: number, run: () => T) => Array.from({ length: times }, run);
const decided = ({ verdict }: { verdict: string }) => verdict === 'promote' || verdict === 'rollback';
const shareOf = <T>(results: readonly T[], holds: (result: T) => boolean) =>
  results.filter(holds).length / results.length;

describe('pairedTest', () => {
  it('tells versions of equal quality apart in at most 8 % of experiments, looking after every mail', () => {
    const random = createRandom(1);
    const equal = { champion: 0.93, challenger: 0.93 };
    // Exchanging the sides at random makes the two exactly equal in distribution.
    const results = repeat(400, () =>
      pairedTest(
        mails(random, 750, equal).map((it) =>
          random.next() < 0.5
            ? it
            : { ...it, championLoss: it.challengerLoss, challengerLoss: it.championLoss },
        ),
        policy,
      ),
    );
    expect(shareOf(results, decided)).toBeLessThanOrEqual(0.08);
    expect(shareOf(results, ({ verdict }) => verdict === 'inconclusive')).toBeGreaterThanOrEqual(0.92);
  });

  it('tells nearly identical versions apart in most experiments without a minimum sample, and hardly with one', () => {
    const random = createRandom(2);
    const experiments = repeat(200, () => nearlyIdentical(random, 750));
    const falseDecisions = (minimumSample: number) =>
      shareOf(experiments, (observations) => decided(pairedTest(observations, { ...policy, minimumSample })));
    expect(falseDecisions(1)).toBeGreaterThan(0.9);
    expect(falseDecisions(100)).toBeLessThanOrEqual(0.08);
  });

  it('promotes accuracy .955 over .89 within 750 mails in 95 % of experiments, and never rolls it back', () => {
    const random = createRandom(3);
    const results = repeat(300, () =>
      pairedTest(mails(random, 750, { champion: 0.89, challenger: 0.955 }), policy),
    );
    expect(shareOf(results, ({ verdict }) => verdict === 'promote')).toBeGreaterThanOrEqual(0.95);
    expect(shareOf(results, ({ verdict }) => verdict === 'rollback')).toBe(0);
  });

  it('rolls back accuracy .787 under .955 within 200 mails in 95 % of experiments', () => {
    const random = createRandom(4);
    const results = repeat(300, () =>
      pairedTest(mails(random, 750, { champion: 0.955, challenger: 0.787 }), policy),
    );
    expect(shareOf(results, ({ verdict, n }) => verdict === 'rollback' && n <= 200)).toBeGreaterThanOrEqual(
      0.95,
    );
  });

  it('gains nothing from the same mails sent ten times', () => {
    const random = createRandom(5);
    const once = mails(random, 90, { champion: 0.8, challenger: 0.95 });
    const tenfold = repeat(10, () => once).flatMap((round, index) =>
      round.map((it) => ({ ...it, time: it.time + index * 90 })),
    );
    expect(pairedTest(tenfold, policy)).toEqual(pairedTest(once, policy));
    expect(pairedTest(tenfold, policy)).toMatchObject({ n: 90, verdict: 'continue', interval: null });
  });

  it('enters the first answer of a subject and not the last', () => {
    const first = { subject: 's', time: 1, championLoss: 1, challengerLoss: 0 };
    const last = { subject: 's', time: 2, championLoss: 0, challengerLoss: 1 };
    expect(pairedTest([last, first], policy)).toMatchObject({ n: 1, estimate: 1 });
  });

  it('does not depend on the order in which answers are given to it', () => {
    const observations = mails(createRandom(6), 300, { champion: 0.89, challenger: 0.955 });
    const expected = pairedTest(observations, policy);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const shuffled = createRandom(seed).shuffle([...observations]);
        expect(pairedTest(shuffled, policy)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its decision when more answers come, so a look that comes late decides the same', () => {
    const observations = mails(createRandom(7), 750, { champion: 0.955, challenger: 0.787 });
    const decision = pairedTest(observations, policy);
    expect(decision.verdict).toBe('rollback');
    expect(pairedTest(observations.slice(0, decision.n), policy)).toEqual(decision);
    expect(pairedTest(observations.slice(0, decision.n - 1), policy).verdict).toBe('continue');
  });

  it('decides as its opposite when champion and challenger change places', () => {
    const observations = mails(createRandom(8), 750, { champion: 0.89, challenger: 0.955 });
    const exchanged = observations.map((it) => ({
      ...it,
      championLoss: it.challengerLoss,
      challengerLoss: it.championLoss,
    }));
    const one = pairedTest(observations, policy);
    const other = pairedTest(exchanged, policy);
    expect([one.verdict, other.verdict]).toEqual(['promote', 'rollback']);
    expect(other.n).toBe(one.n);
    expect(other.estimate).toBeCloseTo(-one.estimate, 12);
  });

  it('ends inconclusive at the maximum sample and counts nothing beyond it', () => {
    const alike = Array.from({ length: 900 }, (_, index) => ({
      subject: `mail-${index}`,
      time: index,
      championLoss: 0.1,
      challengerLoss: 0.1,
    }));
    expect(pairedTest(alike.slice(0, 749), policy)).toMatchObject({ verdict: 'continue', n: 749 });
    expect(pairedTest(alike, policy)).toMatchObject({ verdict: 'inconclusive', n: 750, estimate: 0 });
  });

  it('goes on without any answers', () => {
    expect(pairedTest([], policy)).toEqual({ verdict: 'continue', n: 0, estimate: 0, interval: null });
  });
});

describe('settled', () => {
  it('leaves out answers that are younger than the label horizon', () => {
    const answers = [{ time: 60 }, { time: 70 }, { time: 71 }];
    expect(settled(answers, 100, 30)).toEqual([{ time: 60 }, { time: 70 }]);
    expect(settled(answers, 100, 0)).toEqual(answers);
  });
});
