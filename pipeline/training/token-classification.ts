// Classification of tokens, as BertForTokenClassification is trained: the mean over the tokens that have a label.
import { tokenClassLogits } from '../model/bert-graph.ts';
import type { ClassificationTask } from './classification.ts';
import { createClassification } from './classification.ts';
import type { Objective } from './objective.ts';

/** A row with a class for each of its tokens; −1 for one that has none, such as [CLS] or a piece that continues a word. */
export interface TaggedRow {
  readonly row: number;
  readonly labels: readonly number[];
}

export type TokenClassificationTask = ClassificationTask<TaggedRow>;

export function createTokenClassification(task: TokenClassificationTask): Objective {
  return createClassification(task, {
    logits: tokenClassLogits,
    perRow: (length) => length,
    labelsOf: ({ labels }) => labels,
  });
}
