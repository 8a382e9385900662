// From documents to a judged package of a language model. Labels are answers, where it is taught to answer; scores have no
// part in it.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { ChampionFiguresActivities } from '../activities/champion-figures.ts';
import type { LanguageEvaluationActivities } from '../activities/language-evaluation.ts';
import type { PairActivities } from '../activities/pairs.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { PairsResult, TokenizationResult } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';
import { cleanCorpus } from './clean-corpus.ts';
import { languageTrainingWorkflow } from './language-training.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeSteps, describeVocabulary } from './story.ts';

const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { tokenizePairs } = proxyActivities<PairActivities>(compute);
const { measureChampion } = proxyActivities<ChampionFiguresActivities>(compute);
const { evaluateLanguageModel } = proxyActivities<LanguageEvaluationActivities>(compute);

export async function makeLanguagePackage(
  making: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  const { run, spec, trigger, labels, base, champion, searchAttributes } = making;
  const cleaned = await cleanCorpus(making, stage);
  const { contextLength } = spec.model;
  const { supervisedFineTuning } = spec.training;
  const { tokenized, pairs } = await stage(
    'tokenization',
    async () => {
      const tokenized = await tokenizeCorpus({
        ...run,
        ...{ corpus: cleaned.corpus, tokenizer: spec.tokenizer, contextLength },
        layout: 'stream',
        ...(base && { existingTokenizer: base.tokenizer }),
      });
      const { tokenizer, cached } = tokenized;
      if (supervisedFineTuning === undefined) return { tokenized, cached };
      const { template } = supervisedFineTuning;
      const of = { corpus: cleaned.corpus, labels, tokenizer, holdout: spec.evaluation.holdout };
      const pairs = await tokenizePairs({ ...run, ...of, template, contextLength });
      return { tokenized, pairs, cached: cached && pairs.cached };
    },
    (it) => describeTokens(it.tokenized, it.pairs),
  );
  const trained = await stage(
    'training',
    () =>
      executeChild(languageTrainingWorkflow, {
        workflowId: workflowIds.training(run.runId),
        staticSummary: `${run.model}: training of a language model`,
        args: [
          {
            ...{ ...run, spec, tokens: tokenized.tokens, trigger },
            ...(pairs && { pairs: { pairs: pairs.pairs, counts: pairs.counts } }),
            ...(base && { base: { weights: base.package } }),
            ...(searchAttributes && { searchAttributes }),
          },
        ],
      }),
    (it) =>
      `${describeSteps(it)}, ${Math.round(it.tokensPerSecond)} tokens/s${it.answering ? `; ${it.answering.steps} steps on answers` : ''}`,
  );
  const evaluated = await stage(
    'evaluation',
    async () => {
      const { holdout, gates } = spec.evaluation;
      // A classifier that served under this name before has labels, and no text to be measured on.
      const isCompared =
        champion?.labels.length === 0 && gates.some(({ kind }) => kind === 'no-worse-than-champion');
      const figures =
        isCompared &&
        (await measureChampion({ ...run, package: champion.package, corpus: cleaned.corpus, holdout }));
      return evaluateLanguageModel({
        ...run,
        ...{ evaluation: spec.evaluation, contextLength, cleaning: spec.cleaning },
        ...{ corpus: cleaned.corpus, funnel: cleaned.funnel, tokenization: tokenized, training: trained },
        ...(cleaned.samples && { cleaningSamples: cleaned.samples }),
        ...(supervisedFineTuning && { template: supervisedFineTuning.template }),
        ...(pairs && { pairs: pairs.pairs }),
        ...(figures && { champion: { version: champion.version, figures } }),
      });
    },
    ({ outcome, metrics }) => `${outcome}, perplexity ${metrics.perplexity.toFixed(2)}`,
  );
  return {
    evaluated,
    hyperparameters: trained.hyperparameters,
    lineage: [cleaned, tokenized, ...(pairs ? [pairs] : []), evaluated]
      .map((it) => it.lineage)
      .concat(trained.lineage),
  };
}

function describeTokens(tokenized: TokenizationResult, pairs: PairsResult | undefined): string {
  if (pairs === undefined) return describeVocabulary(tokenized);
  const { training, heldOut, cut, leftOut } = pairs.counts;
  const told = [
    `${training} answers to learn`,
    `${heldOut} held out`,
    ...(cut > 0 ? [`${cut} prompts cut`] : []),
    ...(leftOut > 0 ? [`${leftOut} answers too long`] : []),
  ];
  return `${describeVocabulary(tokenized)}; ${told.join(', ')}`;
}
