// From what a collection brought to a judged package of a model that finds entities: offsets of labelled spans count, so
// cleaning says where its texts came from, and labels meet words twice, in training and in evaluation. No version is ever
// in service, so none is compared with.
import { proxyActivities } from '@temporalio/workflow';
import type { TokenEvaluationActivities } from '../activities/token-evaluation.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import { compute } from './activity-options.ts';
import { scoreHeldOut, trainClassifier } from './classifier-training.ts';
import { cleanCorpus } from './clean-corpus.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeTraining, describeVocabulary } from './story.ts';

const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { evaluateTokenClassifier } = proxyActivities<TokenEvaluationActivities>(compute);

export async function makeTokenPackage(
  making: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  const { run, spec, labels, base } = making;
  const { contextLength } = spec.model;
  const cleaned = await cleanCorpus({ ...making, aligned: true }, stage);
  const { corpus, funnel, samples } = cleaned;
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
      trainClassifier(making, {
        tokens: tokenized.tokens,
        words: { corpus, tokenizer: tokenized.tokenizer },
      }),
    describeTraining,
  );
  const evaluated = await stage(
    'evaluation',
    async () => {
      const probabilities = await scoreHeldOut(making, tokenized.tokens, trained);
      return evaluateTokenClassifier({
        ...{ ...run, evaluation: spec.evaluation, contextLength, cleaning: spec.cleaning },
        ...{ corpus, funnel, labels, tokenization: tokenized, training: trained, probabilities },
        ...(samples && { cleaningSamples: samples }),
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
