// Classification of labelled rows.
import { classifierLogits } from '../model/bert-graph.ts';
import type { ClassificationTask } from './classification.ts';
import { createClassification } from './classification.ts';
import type { Objective } from './objective.ts';

/** A row with its class. */
export interface Example {
  readonly row: number;
  readonly label: number;
}

export type FineTuningTask = ClassificationTask<Example>;

export function createFineTuning(task: FineTuningTask): Objective {
  return createClassification(task, {
    logits: classifierLogits,
    perRow: () => 1,
    labelsOf: ({ label }) => [label],
  });
}
