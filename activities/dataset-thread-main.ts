// The thread that has a version answer a dataset, or measures what was answered.
import { parentPort, workerData } from 'node:worker_threads';
import type { Dataset, GivenAnswer } from '../contracts/dataset-evaluation.ts';
import type { DatasetFigures } from '../pipeline/evaluation/dataset-figures.ts';
import { answerFigures, labelFigures } from '../pipeline/evaluation/dataset-figures.ts';
import { answerDataset, type DatasetAnswersJob } from './dataset-answers.ts';

export interface DatasetFiguresJob {
  readonly dataset: Dataset;
  readonly given: readonly GivenAnswer[];
  /** That the version may give. */
  readonly labels?: readonly string[];
}

export type DatasetJob = { readonly answer: DatasetAnswersJob } | { readonly measure: DatasetFiguresJob };

function measure({ dataset, given, labels }: DatasetFiguresJob): DatasetFigures {
  return dataset.kind === 'labels'
    ? labelFigures(dataset.lines, given, labels)
    : answerFigures(dataset.lines, given);
}

const job = workerData as DatasetJob;
parentPort?.postMessage('answer' in job ? await answerDataset(job.answer) : measure(job.measure));
