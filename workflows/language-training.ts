// A language model's training: one phase, over all documents but the last.
import { workflowInfo } from '@temporalio/workflow';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { LanguageTrainingResult } from '../contracts/stage-results.ts';
import { tell } from './story.ts';
import { trainUntilItConverges } from './training.ts';

export interface LanguageTrainingInput {
  readonly model: string;
  readonly runId: string;
  readonly spec: ModelSpec;
  /** In a stream. */
  readonly tokens: ArtifactReference;
  readonly trigger?: Trigger;
  readonly searchAttributes?: readonly string[];
}

export async function languageTrainingWorkflow(
  input: LanguageTrainingInput,
): Promise<LanguageTrainingResult> {
  const { model, spec, tokens } = input;
  tell(input.searchAttributes, {
    CoppiceModel: model,
    CoppiceStage: 'training',
    ...(input.trigger && { CoppiceTrigger: input.trigger.kind }),
  });
  const { pretraining: options, seed } = spec.training;
  if (options === undefined) throw new TypeError('the model file of a language model has pretraining');
  const { lineage, ...phase } = await trainUntilItConverges(input, {
    kind: 'pretraining',
    key: `${workflowInfo().workflowId}/pretraining`,
    ...{ seed, tokens, architecture: spec.model, learningRateScale: 1, options },
    heldOutDocuments: spec.evaluation.holdout,
  });
  const { heldOut } = phase;
  if (heldOut === undefined) throw new TypeError('a phase that holds documents out tells figures of them');
  return { ...phase, heldOut, lineage: [lineage] };
}
