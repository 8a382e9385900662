// Metrics against the tools that they equal: BLEU and chrF against sacrebleu, ROUGE against rouge-score, AUC against
// scikit-learn, and intervals of each by bootstrap, in one run on the same data. Results that differ end it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, Case, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { makeData } from './data.ts';
import type { Request } from './work.ts';
import { bootstrap, rougeTexts, works } from './work.ts';

const packages = ['sacrebleu==2.6.0', 'rouge-score==0.1.2', 'scikit-learn==1.9.1', 'numpy==2.4.6'];
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const answerSchema = z.object({ seconds: z.number(), processorSeconds: z.number(), result: z.number() });

/** Two sides draw other resamples: ends of their intervals may differ by so much of their value. */
const tolerances = { exact: 1e-9, drawn: 0.02 };

export async function openEvaluationBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${packages.join(', ')} and fetches 14 MB of text where they are missing`);
  const python = await installPython('evaluation-1', packages);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-bench-'));
  const file = join(folder, 'data.json');
  const data = await makeData();
  await writeFile(file, JSON.stringify(data));
  const ours = startLines(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify({ file })]);
  const theirs = startPython(python, place('peer.py'), { file, rougeTexts, ...bootstrap });
  const results = new Map<Request['work'], number>();

  const side = (name: string, line: LineProcess, work: Request['work']): Side => ({
    name,
    run: async () => {
      const answer = answerSchema.parse(await line.ask({ work }));
      const other = results.get(work) ?? answer.result;
      results.set(work, other);
      const allowed = work.startsWith('bootstrap') ? tolerances.drawn : tolerances.exact;
      if (Math.abs(answer.result - other) > allowed * Math.abs(other))
        throw new Error(`${work}: ${name} comes to ${answer.result}, another to ${other}`);
      return answer;
    },
  });
  const compare = (
    work: Request['work'],
    peer: string,
    { unit, amount }: Pick<Case, 'unit' | 'amount'>,
  ): Case => ({
    ...{ name: work, unit, amount, rounds: 5 },
    ours: side('ours', ours, work),
    peers: [side(peer, theirs, work)],
  });
  const texts = { unit: 'texts', amount: data.hypotheses.length };
  const resamples = { unit: 'resamples', amount: bootstrap.resamples * bootstrap.repeats };
  const [sacrebleu, rougeScore, scikitLearn] = packages;
  const cases: Record<Request['work'], Case> = {
    bleu: compare('bleu', sacrebleu, texts),
    chrf: compare('chrf', sacrebleu, texts),
    rouge: compare('rouge', rougeScore, { unit: 'texts', amount: rougeTexts }),
    auc: compare('auc', scikitLearn, { unit: 'scores', amount: data.scores.length }),
    'bootstrap-bleu': compare('bootstrap-bleu', sacrebleu, resamples),
    'bootstrap-rouge': compare('bootstrap-rouge', rougeScore, resamples),
    'bootstrap-auc': compare('bootstrap-auc', scikitLearn, resamples),
  };
  return {
    cases: works.map((work) => cases[work]),
    remarks: [
      `${data.hypotheses.length} texts, half English, half Korean; ROUGE-1, -2, -L and -Lsum with stems on ${rougeTexts} of them; ${data.scores.length} scores`,
      `Bootstraps draw ${bootstrap.resamples} times from ${bootstrap.examples} examples that are counted already, ${bootstrap.repeats} bootstraps a round. Both sides came to the same figures.`,
    ],
    close: async () => {
      await ours.close();
      await theirs.close();
      await rm(folder, { recursive: true });
    },
  };
}
