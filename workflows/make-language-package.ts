// From documents to a judged package of a language model. Labels are answers, where it is taught to answer; scores have no
// part in it.
import { executeChild, patched, proxyActivities } from '@temporalio/workflow';
import type { ChampionFiguresActivities } from '../activities/champion-figures.ts';
import type { CorpusSplitActivities } from '../activities/corpus-split.ts';
import type { LanguageEvaluationActivities } from '../activities/language-evaluation.ts';
import type { PairActivities } from '../activities/pairs.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { PairsResult, TokenizationResult } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';
import { cleanCorpus } from './clean-corpus.ts';
import { languageTrainingWorkflow } from './language-training.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeSteps, describeVocabulary } from './story.ts';

const { splitCorpus } = proxyActivities<CorpusSplitActivities>(compute);
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
  const { tokenized, pairs, divided, corpus, evaluation } = await stage(
    'tokenization',
    async () => {
      const { divided, corpus, evaluation } = await divide(making, cleaned.corpus);
      const tokenized = await tokenizeCorpus({
        ...run,
        ...{ corpus, tokenizer: spec.tokenizer, contextLength },
        layout: 'stream',
        ...(base && { existingTokenizer: base.tokenizer }),
      });
      const { tokenizer, cached } = tokenized;
      const made = { tokenized, divided, corpus, evaluation };
      if (supervisedFineTuning === undefined) return { ...made, pairs: undefined, cached };
      const { template } = supervisedFineTuning;
      const of = { corpus, labels, tokenizer, holdout: evaluation.holdout };
      const pairs = await tokenizePairs({ ...run, ...of, template, contextLength });
      return { ...made, pairs, cached: cached && pairs.cached };
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
            ...{ ...run, spec: { ...spec, evaluation }, tokens: tokenized.tokens, trigger },
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
      const { holdout, gates, stride } = evaluation;
      // A classifier that served under this name before has labels, and no text to be measured on. The last histories
      // without the patch measured the champion only where a gate compares.
      const isCompared =
        champion?.labels.length === 0 &&
        (gates.some(({ kind }) => kind === 'no-worse-than-champion') ||
          patched('2026-11-30-champion-beside-figures'));
      const figures =
        isCompared && (await measureChampion({ ...run, package: champion.package, corpus, holdout, stride }));
      return evaluateLanguageModel({
        ...run,
        ...{ evaluation, contextLength, cleaning: spec.cleaning },
        ...{ corpus, funnel: cleaned.funnel, tokenization: tokenized, training: trained },
        ...(cleaned.samples && { cleaningSamples: cleaned.samples }),
        ...(supervisedFineTuning && { template: supervisedFineTuning.template }),
        ...(spec.serving?.chatTemplate !== undefined && { chatTemplate: spec.serving.chatTemplate }),
        ...(pairs && { pairs: pairs.pairs }),
        ...(figures && { champion: { version: champion.version, figures } }),
      });
    },
    ({ outcome, metrics }) => `${outcome}, perplexity ${metrics.perplexity.toFixed(2)}`,
  );
  return {
    evaluated,
    hyperparameters: trained.hyperparameters,
    lineage: [cleaned, ...(divided ? [divided] : []), tokenized, ...(pairs ? [pairs] : []), evaluated]
      .map((it) => it.lineage)
      .concat(trained.lineage),
  };
}

/** Documents that are held out otherwise than as the last ones become the last. */
async function divide({ run, spec }: PackageMaking, corpus: ArtifactReference) {
  const { evaluation } = spec;
  const { split, holdout } = evaluation;
  if (split === undefined || split.by === 'last') return { corpus, evaluation };
  const divided = await splitCorpus({ ...run, corpus, split, holdout });
  return { divided, corpus: divided.corpus, evaluation: { ...evaluation, holdout: divided.holdout } };
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
