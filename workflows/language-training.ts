// A language model's training: the next token over all documents but the last, then, where the model file asks for it,
// answers to prompts.
import { workflowInfo } from '@temporalio/workflow';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { LanguageTrainingResult, PairsResult } from '../contracts/stage-results.ts';
import { tell } from './story.ts';
import { trainPhase } from './training.ts';

export interface LanguageTrainingInput {
  readonly model: string;
  readonly runId: string;
  readonly spec: ModelSpec;
  /** In a stream. */
  readonly tokens: ArtifactReference;
  /** Where the model file asks for supervised fine-tuning. */
  readonly pairs?: Pick<PairsResult, 'pairs' | 'counts'>;
  /** The version that training goes on from; absent: random weights. */
  readonly base?: { readonly weights: ArtifactReference };
  readonly trigger?: Trigger;
  readonly searchAttributes?: readonly string[];
}

export async function languageTrainingWorkflow(
  input: LanguageTrainingInput,
): Promise<LanguageTrainingResult> {
  const { model, spec, tokens, base } = input;
  tell(input.searchAttributes, {
    CoppiceModel: model,
    CoppiceStage: 'training',
    ...(input.trigger && { CoppiceTrigger: input.trigger.kind }),
  });
  const { pretraining, seed } = spec.training;
  if (pretraining === undefined) throw new TypeError('the model file of a language model has pretraining');
  const epochs = (base && pretraining.incrementalEpochs) ?? pretraining.epochs;
  const { phase, records, found } = await trainPhase(input, {
    kind: 'pretraining',
    key: `${workflowInfo().workflowId}/pretraining`,
    ...{ seed, tokens, architecture: spec.model, learningRateScale: 1 },
    ...(base && { initialWeights: base.weights }),
    options: { ...pretraining, epochs },
    heldOutDocuments: spec.evaluation.holdout,
  });
  const { lineage: _lineage, ...pretrained } = phase;
  const { heldOut } = pretrained;
  if (heldOut === undefined) throw new TypeError('a phase that holds documents out tells figures of them');
  const lineage = records.map((record) => record.lineage);
  const cached = records.every((record) => record.cached);
  const result = { ...pretrained, heldOut, cached, ...found, lineage };
  return input.pairs ? learnToAnswer(input, input.pairs, result) : result;
}

/** The curve stays that of pretraining, which took the most steps; everything else is of the weights as they are now. */
async function learnToAnswer(
  input: LanguageTrainingInput,
  { pairs, counts }: Pick<PairsResult, 'pairs' | 'counts'>,
  pretrained: LanguageTrainingResult,
): Promise<LanguageTrainingResult> {
  const { spec, tokens } = input;
  const { supervisedFineTuning: options, seed } = spec.training;
  if (options === undefined) throw new TypeError('pairs are for supervised fine-tuning');
  const {
    phase: tuned,
    records,
    found,
  } = await trainPhase(input, {
    kind: 'supervised-fine-tuning',
    key: `${workflowInfo().workflowId}/supervised-fine-tuning`,
    ...{ seed, tokens: pairs, architecture: spec.model, learningRateScale: 1, options },
    initialWeights: pretrained.weights,
    heldOutPairs: counts.heldOut,
    text: { tokens, heldOutDocuments: spec.evaluation.holdout },
  });
  const { heldOut, heldOutAnswers, earlyStopping } = tuned;
  if (heldOut === undefined || heldOutAnswers === undefined)
    throw new TypeError('a phase that holds documents and answers out tells figures of both');
  return {
    ...pretrained,
    weights: tuned.weights,
    heldOut,
    answering: {
      ...{ heldOut: heldOutAnswers, pairs: counts, curve: tuned.curve, steps: tuned.steps },
      ...(earlyStopping && { earlyStopping }),
    },
    cached: pretrained.cached === true && records.every((record) => record.cached),
    ...found,
    lineage: [...pretrained.lineage, ...records.map((record) => record.lineage)],
  };
}
