// Our side: answers request lines with what they took.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Statistic } from '../../pipeline/evaluation/bootstrap.ts';
import { bootstrapIntervals } from '../../pipeline/evaluation/bootstrap.ts';
import { corpusBleu } from '../../pipeline/evaluation/generation/bleu.ts';
import { corpusChrf } from '../../pipeline/evaluation/generation/chrf.ts';
import { rouge } from '../../pipeline/evaluation/generation/rouge.ts';
import { prepareAuc, rocAuc } from '../../pipeline/evaluation/roc.ts';
import type { EvaluationData, Request } from './work.ts';
import { bootstrap, rougeTexts } from './work.ts';

const { file } = JSON.parse(process.argv[2]) as { file: string };
const { hypotheses, references, ...data } = JSON.parse(await readFile(file, 'utf8')) as EvaluationData;
const [labels, scores] = [Int32Array.from(data.labels), Float64Array.from(data.scores)];
const first = (count: number) => ({
  hypotheses: hypotheses.slice(0, count),
  references: references.slice(0, count).map((text) => [text]),
});
const all = first(hypotheses.length);
const kinds = ['1', '2', 'L', 'Lsum'] as const;
const { examples, resamples, repeats } = bootstrap;

const drawn = {
  bleu: corpusBleu(first(examples)).statistic,
  rouge: Object.fromEntries(kinds.map((kind) => [kind, rouge(kind, first(examples)).statistic])),
  auc: prepareAuc(labels.slice(0, examples), scores.slice(0, examples), 1),
};
/** @returns the sum of the low ends, of the last of a few bootstraps */
function lowEnds(statistics: Record<string, Statistic>): number {
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const intervals = Object.values(
      bootstrapIntervals(statistics, { examples, resamples, seed: repeat, method: 'percentile' }),
    );
    sum = intervals.reduce((of, interval) => of + (interval?.low ?? Number.NaN), 0);
  }
  return sum;
}

const works: Record<Request['work'], () => number> = {
  bleu: () => corpusBleu(all).value,
  chrf: () => corpusChrf(all).value,
  rouge: () =>
    kinds.reduce(
      (sum, kind) => sum + rouge(kind, first(rougeTexts), { tokenization: 'english-stems' }).value,
      0,
    ),
  auc: () => rocAuc(labels, scores, 1),
  'bootstrap-bleu': () => lowEnds({ bleu: drawn.bleu }),
  'bootstrap-rouge': () => lowEnds(drawn.rouge),
  'bootstrap-auc': () => lowEnds({ auc: drawn.auc }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { work } = JSON.parse(line) as Request;
  const start = performance.now();
  const before = process.cpuUsage();
  const result = works[work]();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1_000;
  process.stdout.write(`${JSON.stringify({ seconds, processorSeconds: (user + system) / 1e6, result })}\n`);
}
