// Trains a classifier of texts from labelled examples, and measures those that a model file's cleaning asks.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { FlagHarmfulSpec } from '../../contracts/model-spec/harmful-text.ts';
import { createHarmScores } from '../../pipeline/cleaning/harmful/score-harm.ts';
import { writeClassifier } from '../../pipeline/cleaning/text-classifier/classifier-file.ts';
import { type LabelFigures, labelFigures } from '../../pipeline/cleaning/text-classifier/label-figures.ts';
import {
  scoreTexts,
  type TextClassifier,
  trainTextClassifier,
  UntrainableLabel,
} from '../../pipeline/cleaning/text-classifier/text-classifier.ts';
import { createAnalysers } from '../../runtimes/languages/analysers.ts';
import { BadJob, readLabelledTexts } from './labelled-lines.ts';

export interface TrainFilterJob {
  readonly job: 'train';
  readonly examples: string;
  /** Labelled texts to measure on; absent: a fifth of the examples, chosen by their digests, which then teach nothing. */
  readonly test?: string | undefined;
  readonly out: string;
}

export interface TrainedFilter {
  readonly out: string;
  readonly examples: number;
  readonly tested: number;
  readonly figures: readonly LabelFigures[];
}

/** @throws BadJob where the examples teach nothing */
export async function trainFilter({ examples, test, out }: TrainFilterJob): Promise<TrainedFilter> {
  const all = await readLabelledTexts(examples);
  const training = test === undefined ? all.filter(({ text }) => !isHeldOut(text)) : all;
  const testing =
    test === undefined ? all.filter(({ text }) => isHeldOut(text)) : await readLabelledTexts(test);
  const classifier = train(training, examples);
  await writeFile(out, writeClassifier(classifier));
  const thresholds = Object.fromEntries(classifier.labels.map(({ label }) => [label, 0.5]));
  const scores = testing.map(({ text }) => scoresOf(classifier, text));
  const figures = labelFigures(testing, scores, thresholds);
  return { out, examples: training.length, tested: testing.length, figures };
}

function train(examples: Parameters<typeof trainTextClassifier>[0], path: string): TextClassifier {
  try {
    return trainTextClassifier(examples);
  } catch (error) {
    if (error instanceof UntrainableLabel) throw new BadJob(`${path}: ${error.message}`);
    throw error;
  }
}

/** The same texts on every run, so that figures can be compared. */
const isHeldOut = (text: string): boolean => createHash('sha256').update(text).digest()[0] % 5 === 0;

function scoresOf(classifier: TextClassifier, text: string): Record<string, number> {
  const [row] = scoreTexts(classifier, [text]);
  return Object.fromEntries(classifier.labels.map(({ label }, at) => [label, row[at]]));
}

export interface TestFilterJob {
  readonly job: 'test';
  readonly steps: readonly (FlagHarmfulSpec & { readonly labelled: string })[];
}

export interface TestedFilter {
  readonly labelled: string;
  readonly tested: number;
  readonly figures: readonly LabelFigures[];
}

/** Measures each step on its labelled set, lists and classifier together, at its thresholds. */
export async function testFilters({ steps }: TestFilterJob): Promise<TestedFilter[]> {
  const analysers = createAnalysers();
  const tested: TestedFilter[] = [];
  for (const step of steps) {
    const examples = await readLabelledTexts(step.labelled);
    const score = await createHarmScores(step, analysers).catch((error: unknown) => {
      throw new BadJob(error instanceof Error ? error.message : String(error));
    });
    const scores = examples.map(({ text }) => score(text));
    const figures = labelFigures(examples, scores, step.thresholds);
    tested.push({ labelled: step.labelled, tested: examples.length, figures });
  }
  return tested;
}
