// Makes docs/reference/rollout-statistics.md: `npx tsx tests/support/make-rollout-statistics.ts`. Every row has a seed of
// its own, so that one row can be made again without the others.
import { createRandom, type Random } from '../../pipeline/random.ts';
import { createArmScores } from '../../pipeline/rollout/arm-scores.ts';
import { emptyMean, type MeanState, updateMean } from '../../pipeline/rollout/confidence-sequence.ts';
import { logMixtureRatio, mixtureScaleFor } from '../../pipeline/rollout/mixture-ratio.ts';
import { oneSidedPValue, oneSidedRhoFor } from '../../pipeline/rollout/one-sided-sequence.ts';
import { watchPairs } from '../../pipeline/rollout/pair-watch.ts';
import { watchScores } from '../../pipeline/rollout/score-watch.ts';
import type { OutcomeRecord } from '../../pipeline/rollout/subject-outcomes.ts';
import type { SubjectDifference } from '../../pipeline/rollout/within-subject-test.ts';
import { comparedBy, heardBy, isFixedTestFooled, outcomesOf, shareOf } from './rollout-simulation.ts';

const alpha = 0.05;
const runs = 400;
const pairsAtMost = 4_000;
const policy = { alpha, optimalSample: 500, minimumSample: 100 };
/** z of 5 %, two-sided, and of a power of 80 %. */
const fixedZ = 1.959964 + 0.841621;

/** Tells, after each number, whether a test has decided. */
type Decides = (x: number, state: MeanState) => boolean;

const tests: Readonly<Record<string, (() => Decides) | undefined>> = {
  'z test, looked at every 20': () => (_, state) =>
    state.count >= 100 && state.count % (pairsAtMost / 200) === 0 && isFixedTestFooled(state),
  'asymptotic sequence': () => {
    const watch = watchPairs(policy);
    return (x, state) => watch.add(x, state) !== 'neither';
  },
  'bets (`exact`)': () => {
    const watch = watchPairs({ ...policy, interval: 'exact' });
    return (x, state) => watch.add(x, state) !== 'neither';
  },
  'mixture ratio (second opinion)': () => {
    const options = { value: 0, scale: mixtureScaleFor(policy.optimalSample) };
    return (_, state) => state.count >= 100 && logMixtureRatio(state, options) >= Math.log(1 / alpha);
  },
};

/** Differences of squared errors: mostly small, a few large, as of two versions of one lineage. */
const difference = (random: Random, effect: number): number =>
  (random.next() < 0.3 ? 0.9 * (random.next() < 0.5 ? -1 : 1) * random.next() : 0) + effect;
/** Root of 0.3 × 0.81 / 3. */
const spread = 0.2846;

function firstDecision(random: Random, effect: number, decides: Decides): number {
  let state: MeanState = emptyMean;
  for (let n = 1; n <= pairsAtMost; n += 1) {
    const x = difference(random, effect);
    state = updateMean(state, x);
    if (decides(x, state)) return n;
  }
  return Infinity;
}

/** @returns a row of Markdown: how often a test decides, and after how many in the median */
export function pairsRow(name: string, effect: number): string {
  const random = createRandom(100 + Math.round(effect * 1_000), testNames.indexOf(name));
  const create = tests[name];
  if (create === undefined) throw new RangeError(`no test ${name}`);
  return row(
    [name, effect.toFixed(2)],
    Array.from({ length: runs }, () => firstDecision(random, effect, create())),
    fixedSample(effect, spread ** 2),
  );
}

/** The state of two groups after each subject, once each has fifty. */
function* groupStates(subjects: readonly OutcomeRecord[]): Generator<MeanState | undefined> {
  const arms = { champion: 0, challenger: 0 };
  const scores = createArmScores(shareOf);
  for (const subject of subjects) {
    scores.add(subject);
    arms[subject.arm] += 1;
    yield Math.min(arms.champion, arms.challenger) < 50 ? undefined : scores.state();
  }
}

/** The state of differences within subjects after each of them, once there are a hundred. */
function* differenceStates(subjects: readonly SubjectDifference[]): Generator<MeanState | undefined> {
  let state: MeanState = emptyMean;
  for (const { difference } of subjects) {
    state = updateMean(state, difference);
    yield state.count < 100 ? undefined : state;
  }
}

/** How many subjects until a difference is found, on whichever side. */
function firstFound(states: Iterable<MeanState | undefined>): number {
  const rho = oneSidedRhoFor(1_000, alpha / 2);
  let subjects = 0;
  for (const state of states) {
    subjects += 1;
    if (state && oneSidedPValue({ ...state, mean: Math.abs(state.mean) }, rho, 0) <= alpha / 2)
      return subjects;
  }
  return Infinity;
}

/** @returns the same of two groups over a ramp, by the number of subjects in both */
export function groupsRow(effect: number, subjects = 6_000): string {
  const random = createRandom(200 + Math.round(effect * 1_000));
  const decisions = Array.from({ length: runs / 4 }, () =>
    firstFound(groupStates(heardBy(outcomesOf(random, { subjects, effect }), Infinity))),
  );
  return row(['two groups over 5, 25 and 50 %', effect.toFixed(2)], decisions, fixedSample(effect, 4 * 0.24));
}

/** @returns the same of subjects with ten requests each, in one arm or in both; without a fixed test */
export function repeatedRow(design: RolloutDesign, effect: number, subjects = 3_000): string {
  const isInterleaved = design === 'interleaved';
  const random = createRandom(300 + Math.round(effect * 1_000), isInterleaved ? 1 : 0);
  const world = { subjects, effect, requestsEach: 10, habits: 0.8, isInterleaved };
  const decisions = Array.from({ length: runs / 4 }, () => {
    const outcomes = outcomesOf(random, world);
    return firstFound(
      isInterleaved
        ? differenceStates(comparedBy(outcomes, Infinity))
        : groupStates(heardBy(outcomes, Infinity)),
    );
  });
  return row([`\`${design}\``, effect.toFixed(2)], decisions, '—');
}

/** Numbers of pairs, −1 to 1, by metric: how they are drawn where the true difference is `effect`, and their variance at 0. */
const pairedOutcomes = {
  /** A third of the comparisons are ties. */
  preference: {
    draw: (random: Random, effect: number) => {
      if (random.next() < 1 / 3) return 0;
      return random.next() < (1 + 1.5 * effect) / 2 ? 1 : -1;
    },
    variance: 2 / 3,
  },
  /** Means of two differences of likelihoods a byte, each up to 0.3 away from the true one. */
  'accepted-likelihood': {
    draw: (random: Random, effect: number) => effect + 0.3 * (random.next() + random.next() - 1),
    variance: 0.3 ** 2 / 6,
  },
};
type PairedOutcome = keyof typeof pairedOutcomes;

/** @returns the same of comparisons, or of pairs of texts */
export function pairedOutcomeRow(metric: PairedOutcome, effect: number, pairs = 3_000): string {
  const random = createRandom(400 + Math.round(effect * 1_000), metric === 'preference' ? 0 : 1);
  const { draw, variance } = pairedOutcomes[metric];
  const decisions = Array.from({ length: runs / 4 }, () =>
    firstFound(
      differenceStates(
        Array.from({ length: pairs }, (_, at) => ({
          ...{ subject: String(at), step: 1, at, difference: draw(random, effect) },
        })),
      ),
    ),
  );
  return row([`\`${metric}\``, effect.toFixed(2)], decisions, fixedSample(effect, variance));
}

/** @returns the same of two groups by bets, as of words that hardly any answer has: 99 % of the champion's have none */
export function rareRow(effect: number, subjects = 3_000): string {
  const random = createRandom(500 + Math.round(effect * 1_000));
  const decide = (): number => {
    const watch = watchScores({ ...policy, interval: 'exact' }, () => emptyMean);
    const scores = createArmScores(shareOf);
    for (let at = 0; at < subjects; at += 1) {
      const arm = random.next() < 0.5 ? ('challenger' as const) : ('champion' as const);
      const value = random.next() < 0.99 - (arm === 'challenger' ? effect : 0) ? 1 : 0;
      watch.add(scores.add({ arm, step: 3, subject: String(at), value, at }));
      const { above, below } = watch.pValues(true);
      if (Math.min(above, below) <= alpha / 2) return at + 1;
    }
    return Infinity;
  };
  const decisions = Array.from({ length: runs / 4 }, decide);
  const variances = [0.99, 0.99 - effect].map((chance) => chance * (1 - chance));
  return row(
    ['`not-toxic`, bets', effect.toFixed(2)],
    decisions,
    fixedSample(effect, 2 * (variances[0] + variances[1])),
  );
}

/** Of a fixed test that finds the effect in four cases of five; `variance` of one number. */
function fixedSample(effect: number, variance: number): string {
  return effect === 0 ? '—' : String(Math.ceil((fixedZ ** 2 * variance) / effect ** 2));
}

function row(cells: readonly string[], decisions: number[], fixed: string): string {
  const sorted = [...decisions].sort((a, b) => a - b);
  const share = sorted.filter(Number.isFinite).length / sorted.length;
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
  const shown = Number.isFinite(median) ? String(median) : '—';
  return `| ${[...cells, `${(100 * share).toFixed(1)} %`, shown, fixed].join(' | ')} |`;
}

export const repeatedEffects = [0, 0.1, 0.15];
export const pairedOutcomeEffects = {
  preference: [0, 0.1, 0.2],
  'accepted-likelihood': [0, 0.01, 0.02],
} as const;
export const rareEffects = [0, 0.05, 0.1];
export const designs = ['subjects', 'interleaved'] as const;
type RolloutDesign = (typeof designs)[number];
export const pairEffects = [0, 0.02, 0.05, 0.1];
export const groupEffects = [0, 0.1, 0.15, 0.2];
export const testNames = Object.keys(tests);

/** @returns the page */
export function rolloutStatisticsPage(): string {
  const head = [
    '| test | true difference | decides | median sample | fixed test, power 80 % |',
    '| --- | ---: | ---: | ---: | ---: |',
  ];
  return `${[
    '# How often rollouts are wrong, and how soon they decide',
    '',
    'Simulated with seeds by `npx tsx tests/support/make-rollout-statistics.ts`, which writes this page; a unit test makes rows again.',
    `*Decides* is the share of experiments in which a test finds a difference at any look. With a true difference of 0 each is a false`,
    `alarm, and may be at most ${alpha * 100} %. The last column is the sample of a test that is looked at once.`,
    '',
    '## Pairs, as in the shadow',
    '',
    `Differences of squared errors with a standard deviation of ${spread.toFixed(2)}, up to ${pairsAtMost} subjects, ${runs} experiments a row: a share has a`,
    `standard error of ${(100 * Math.sqrt((alpha * (1 - alpha)) / runs)).toFixed(1)} points at ${alpha * 100} %. \`optimalSample\` is ${policy.optimalSample}, \`minimumSample\` ${policy.minimumSample}.`,
    '',
    ...head,
    ...pairEffects.flatMap((effect) => testNames.map((name) => pairsRow(name, effect))),
    '',
    '## Two groups, as of ratings',
    '',
    `Outcomes of 0 and 1 with a chance of 0.4, subjects of the two arms together, up to 6000 of them, ${runs / 4} experiments a row. The fixed test`,
    'has half of its subjects in each arm from the first one on; the ramp begins with a twentieth.',
    '',
    ...head,
    ...groupEffects.map((effect) => groupsRow(effect)),
    '',
    '## A version a subject, or both',
    '',
    `Subjects with ten requests each, whose chance of an outcome of 1 differs from subject to subject (0 to 0.8), over the same ramp, up to`,
    `3000 of them, ${runs / 4} experiments a row, by \`design\` of the model file. Interleaved, a subject counts where it met both versions.`,
    '',
    ...head,
    ...repeatedEffects.flatMap((effect) => designs.map((design) => repeatedRow(design, effect))),
    '',
    '## What language models say',
    '',
    'By metric of the model file. `preference`: comparisons, a third of them ties; `accepted-likelihood`: pairs of texts, whose numbers have',
    `a standard deviation of ${Math.sqrt(pairedOutcomes['accepted-likelihood'].variance).toFixed(2)}; \`not-toxic\`: subjects of two arms of half each, of whose answers 1 % are toxic, and more of the`,
    `challenger's by the true difference, with \`interval: 'exact'\`. Up to 3000 of each, ${runs / 4} experiments a row.`,
    '',
    ...head,
    ...pairedOutcomeEffects.preference.map((effect) => pairedOutcomeRow('preference', effect)),
    ...pairedOutcomeEffects['accepted-likelihood'].map((effect) =>
      pairedOutcomeRow('accepted-likelihood', effect),
    ),
    ...rareEffects.map((effect) => rareRow(effect)),
  ].join('\n')}\n`;
}
