// compare: the metrics of two versions side by side, with the intervals on which they rest.
import type { Command } from 'commander';
import type { Evidence } from '../../contracts/control-api.ts';
import { BadArgument, versionArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, type Figure, figureText, table } from '../output.ts';

export function compareVerb(program: Command): void {
  program
    .command('compare')
    .argument('<a>', 'a version, such as mail-filter@1')
    .argument('<b>', 'another of the same model')
    .description('the metrics of two versions side by side, with their intervals')
    .option('--json', 'print JSON', false)
    .action(async (first: string, second: string, { json }: { json: boolean }) => {
      const [a, b] = [versionArgument(first), versionArgument(second)];
      if (a.model !== b.model)
        throw new BadArgument(`${first} and ${second} are versions of different models`);
      const api = await controlApi();
      const [ofA, ofB] = await Promise.all([
        api.evidence(a.model, a.version),
        api.evidence(b.model, b.version),
      ]);
      const compared = compareEvidence(ofA, ofB);
      createOutput(json).result({ a: first, b: second, ...compared }, () =>
        describeComparison(compared, [first, second]),
      );
    });
}

/** Intervals that lie apart tell versions apart; that they overlap says nothing, since the answers are paired. */
export function compareEvidence(a: Evidence, b: Evidence) {
  const [ofA, ofB] = [a, b].map(({ systems }) => new Map<string, Figure>(Object.entries(systems[0].metrics)));
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])];
  const holdoutOf = ({ lineage }: Evidence) => lineage.find(({ role }) => role === 'held-out examples')?.text;
  return {
    sameHoldout: holdoutOf(a) !== undefined && holdoutOf(a) === holdoutOf(b),
    metrics: names.map((metric) => ({
      metric,
      a: ofA.get(metric),
      b: ofB.get(metric),
      intervals: describeIntervals(ofA.get(metric), ofB.get(metric)),
    })),
  };
}

/** @returns a row a metric, and whether the rows may be compared at all */
export function describeComparison(
  { metrics, sameHoldout }: ReturnType<typeof compareEvidence>,
  [first, second]: readonly [string, string],
): string {
  return [
    table(
      ['metric', first, second, 'intervals'],
      metrics.map((row) => [row.metric, figureText(row.a), figureText(row.b), row.intervals]),
    ),
    sameHoldout
      ? 'judged on the same held-out documents'
      : 'judged on different held-out documents: the figures are not quite comparable',
  ].join('\n');
}

function describeIntervals(a: Figure | undefined, b: Figure | undefined): string {
  if (!a?.interval || !b?.interval) return '';
  return a.interval.high < b.interval.low || b.interval.high < a.interval.low ? 'lie apart' : 'overlap';
}
