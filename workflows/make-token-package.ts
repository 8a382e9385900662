// From what a collection brought to a judged package of a model that finds entities: offsets of labelled spans count, so
// cleaning says where its texts came from, and labels meet words twice, in training and in evaluation. No version is ever
// in service, so none is compared with.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { CleaningActivities } from '../activities/cleaning.ts';
import type { TokenEvaluationActivities } from '../activities/token-evaluation.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import type { TrainingActivities } from '../activities/training.ts';
import { workflowIds } from '../contracts/messages.ts';
import { compute, training } from './activity-options.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeTraining, describeVocabulary } from './story.ts';
import { trainingWorkflow } from './training.ts';

const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);
const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { scoreExamples } = proxyActivities<TrainingActivities>(training);
const { evaluateTokenClassifier } = proxyActivities<TokenEvaluationActivities>(compute);

export async function makeTokenPackage(
  { run, spec, trigger, documents, labels, base, searchAttributes }: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  const { contextLength } = spec.model;
  const cleaned = await stage(
    'cleaning',
    () => cleanDocuments({ ...run, cleaning: spec.cleaning, documents, aligned: true }),
    (it) => `${it.keptCount} kept, ${it.droppedCount} dropped`,
  );
  const { corpus, funnel } = cleaned;
  const tokenized = await stage(
    'tokenization',
    () =>
      tokenizeCorpus({
        ...{ ...run, corpus, tokenizer: spec.tokenizer, contextLength },
        ...(base && { existingTokenizer: base.tokenizer }),
      }),
    describeVocabulary,
  );
  const trained = await stage(
    'training',
    () =>
      executeChild(trainingWorkflow, {
        workflowId: workflowIds.training(run.runId),
        staticSummary: `${run.model}: ${base ? 'incremental' : 'full'} training`,
        args: [
          {
            ...{ ...run, spec, tokens: tokenized.tokens, labels, trigger },
            words: { corpus, tokenizer: tokenized.tokenizer },
            ...(base && { base: { weights: base.package, labels: base.labels } }),
            ...(searchAttributes && { searchAttributes }),
          },
        ],
      }),
    describeTraining,
  );
  const evaluated = await stage(
    'evaluation',
    async () => {
      const probabilities = await scoreExamples({
        tokens: tokenized.tokens,
        weights: trained.weights,
        examples: trained.holdout,
        ...(spec.serving && { precision: spec.serving.precision }),
      });
      return evaluateTokenClassifier({
        ...{ ...run, evaluation: spec.evaluation, contextLength, cleaning: spec.cleaning },
        ...{ corpus, funnel, labels, tokenization: tokenized, training: trained, probabilities },
      });
    },
    ({ outcome, metrics }) => `${outcome}, F1 of entities ${metrics.entityF1.toFixed(3)}`,
  );
  return {
    evaluated,
    hyperparameters: trained.hyperparameters,
    lineage: [cleaned, tokenized, evaluated].map((it) => it.lineage).concat(trained.lineage),
  };
}
