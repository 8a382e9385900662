// From what a collection brought to a package that has been judged: the stages that a run and a repair share. Read from
// top to bottom, it is the path of the data.
import { proxyActivities } from '@temporalio/workflow';
import type { EvaluationActivities } from '../activities/evaluation.ts';
import type { ServingVersion } from '../activities/model-state.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import type { TrainingActivities } from '../activities/training.ts';
import type { TokenizerSpec } from '../contracts/model-spec/learning.ts';
import type { TokenizationResult, TrainingResult } from '../contracts/stage-results.ts';
import { compute, training } from './activity-options.ts';
import { scoreHeldOut, trainClassifier } from './classifier-training.ts';
import { cleanCorpus } from './clean-corpus.ts';
import { makeLanguagePackage } from './make-language-package.ts';
import { makeTokenPackage } from './make-token-package.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeTraining, describeVocabulary } from './story.ts';

const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { scoreExamples } = proxyActivities<TrainingActivities>(training);
const { evaluateVersion } = proxyActivities<EvaluationActivities>(compute);

export async function makePackage(
  making: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  switch (making.spec.task) {
    case 'language-modelling':
      return makeLanguagePackage(making, stage);
    case 'token-classification':
      return makeTokenPackage(making, stage);
    case 'text-classification':
      return makeClassifierPackage(making, stage);
  }
}

async function makeClassifierPackage(
  making: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  const { run, spec, base, champion } = making;
  const cleaned = await cleanCorpus(making, stage);
  const tokenize = (existing: ServingVersion | undefined, tokenizer: TokenizerSpec) =>
    tokenizeCorpus({
      ...run,
      corpus: cleaned.corpus,
      tokenizer,
      contextLength: spec.model.contextLength,
      ...(existing && { existingTokenizer: existing.tokenizer }),
    });
  const tokenized = await stage('tokenization', () => tokenize(base, spec.tokenizer), describeVocabulary);

  const trained = await stage(
    'training',
    () =>
      trainClassifier(making, {
        tokens: tokenized.tokens,
        ...(spec.evaluation.split && { corpus: cleaned.corpus }),
      }),
    describeTraining,
  );
  const evaluated = await stage(
    'evaluation',
    async () => {
      const own = await scoreHeldOut(making, tokenized.tokens, trained);
      const { extension: _extension, ...unextended } = spec.tokenizer;
      const inItsTokens = (version: ServingVersion) => tokenize(version, unextended);
      const rival =
        champion && (await scoreChampion({ champion, tokenize: inItsTokens, trained, tokenized }));
      return evaluateVersion({
        ...run,
        evaluation: spec.evaluation,
        contextLength: spec.model.contextLength,
        cleaning: spec.cleaning,
        corpus: cleaned.corpus,
        dropped: cleaned.dropped,
        funnel: cleaned.funnel,
        ...(cleaned.samples && { cleaningSamples: cleaned.samples }),
        ...(making.labelVoters && { labelVoters: making.labelVoters }),
        tokenization: tokenized,
        training: trained,
        probabilities: own,
        ...(rival && { champion: rival }),
      });
    },
    ({ outcome, metrics }) => `${outcome}, accuracy ${metrics.accuracy.toFixed(3)}`,
  );
  return {
    evaluated,
    hyperparameters: trained.hyperparameters,
    lineage: [cleaned, tokenized, evaluated].map((it) => it.lineage).concat(trained.lineage),
  };
}

/** The version in service answers the same held-out documents, in its own tokens where its tokenizer is another. */
async function scoreChampion(context: {
  champion: ServingVersion;
  tokenize: (existing: ServingVersion) => Promise<TokenizationResult>;
  trained: TrainingResult;
  tokenized: TokenizationResult;
}) {
  const { champion, trained, tokenized } = context;
  const same = champion.tokenizer.digest === tokenized.tokenizer.digest;
  const { tokens } = same ? tokenized : await context.tokenize(champion);
  const probabilities = await scoreExamples({ tokens, weights: champion.package, examples: trained.holdout });
  return { version: champion.version, package: champion.package, probabilities };
}
