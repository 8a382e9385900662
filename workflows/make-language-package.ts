// From documents to a judged package of a language model. Labels and scores have no part in it.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { ChampionFiguresActivities } from '../activities/champion-figures.ts';
import type { CleaningActivities } from '../activities/cleaning.ts';
import type { LanguageEvaluationActivities } from '../activities/language-evaluation.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import { workflowIds } from '../contracts/messages.ts';
import { compute } from './activity-options.ts';
import { languageTrainingWorkflow } from './language-training.ts';
import type { MadePackage, PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';
import { describeSteps } from './story.ts';

const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);
const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { measureChampion } = proxyActivities<ChampionFiguresActivities>(compute);
const { evaluateLanguageModel } = proxyActivities<LanguageEvaluationActivities>(compute);

export async function makeLanguagePackage(
  { run, spec, trigger, documents, champion, searchAttributes }: PackageMaking,
  stage: StageProgress['stage'],
): Promise<MadePackage> {
  const cleaned = await stage(
    'cleaning',
    () => cleanDocuments({ ...run, cleaning: spec.cleaning, documents }),
    (it) => `${it.keptCount} kept, ${it.droppedCount} dropped`,
  );
  const { contextLength } = spec.model;
  const tokenized = await stage(
    'tokenization',
    () =>
      tokenizeCorpus({
        ...run,
        ...{ corpus: cleaned.corpus, tokenizer: spec.tokenizer, contextLength },
        layout: 'stream',
      }),
    (it) => `vocabulary of ${it.vocabularySize}`,
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
            ...(searchAttributes && { searchAttributes }),
          },
        ],
      }),
    (it) => `${describeSteps(it)}, ${Math.round(it.tokensPerSecond)} tokens/s`,
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
        ...(figures && { champion: { version: champion.version, figures } }),
      });
    },
    ({ outcome, metrics }) => `${outcome}, perplexity ${metrics.perplexity.toFixed(2)}`,
  );
  return {
    evaluated,
    lineage: [cleaned, tokenized, evaluated].map((it) => it.lineage).concat(trained.lineage),
  };
}
