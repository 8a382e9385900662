// The evaluation of a language model: its gates on what training measured on held-out documents, its package, its report.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import type {
  AnsweringResult,
  EvaluationResult,
  LanguageEvaluationInput,
} from '../contracts/stage-results.ts';
import { curvePointSchema, heldOutQuestionSchema } from '../contracts/training-job.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { createListScores } from '../pipeline/cleaning/harmful/list-scores.ts';
import { type AnswerMeasures, measureAnswers } from '../pipeline/evaluation/answer-metrics.ts';
import type { AnsweredPrompt } from '../pipeline/evaluation/exact-match.ts';
import {
  type JudgedFigures,
  judgeLanguageModel,
  languageTableOf,
} from '../pipeline/evaluation/language-figures.ts';
import { beginningsOf, followersOf, sampleSentences } from '../pipeline/evaluation/language-samples.ts';
import { type LanguageReport, renderLanguagePage } from '../pipeline/evaluation/report/language-page.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import { measureWriting } from '../pipeline/evaluation/writing-figures.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { readAnswerBaselines } from './answer-baselines.ts';
import { readCleaningReport } from './cleaning-report.ts';
import { withHeartbeat } from './heartbeat.ts';
import { assemblePackage, figuresOf, outcomeOf } from './judged-version.ts';
import { readLanguageSamples } from './language-samples-thread.ts';
import { readSearchTable } from './search-table.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

/** Of what is drawn by chance, so that a report can be made again. */
const seed = 1;

/** For the lists of harmful words. */
const analysers = createAnalysers();

/** What single texts showed of a model. */
interface Looked extends Pick<LanguageReport, 'samples' | 'continuations' | 'attention' | 'writing'> {
  readonly answers: readonly AnsweredPrompt[];
}

/** What was answered, and how well. */
interface Judged extends Pick<Looked, 'answers'> {
  readonly measures: AnswerMeasures | undefined;
}

export interface LanguageEvaluationDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly now: () => Date;
}

export type LanguageEvaluationActivities = ReturnType<typeof createLanguageEvaluationActivities>;

export function createLanguageEvaluationActivities({
  artifacts,
  runStage,
  now,
}: LanguageEvaluationDependencies) {
  /** @returns none where the model was not taught to answer, or its pairs are from before they were asked */
  const readQuestions = async (pairs: ArtifactReference | undefined) => {
    if (pairs === undefined) return [];
    const { files } = await artifacts.readDirectory(pairs);
    if (!('questions.json' in files)) return [];
    return artifacts.readJson(files['questions.json'], z.array(heldOutQuestionSchema));
  };

  /** Looks into the model: at the samples and prompts of the spec, or at some of what was held out. */
  const lookInto = async (
    { training, tokenization, evaluation, corpus, pairs }: LanguageEvaluationInput,
    signal: AbortSignal,
  ): Promise<Looked> => {
    const documents: string[] = [];
    const texts = new Map<string, string>();
    for await (const { id, text } of readShards(artifacts, corpus, cleanDocumentSchema)) {
      documents.push(text);
      texts.set(id, text);
    }
    const heldOut = documents.splice(Math.max(0, documents.length - evaluation.holdout));
    const samples = evaluation.samples ?? sampleSentences(heldOut);
    const prompts = evaluation.prompts ?? beginningsOf(samples);
    const { files } = await artifacts.readDirectory(training.weights);
    const model = {
      config: (await artifacts.readBytes(files[packageFiles.config])).toString('utf8'),
      weights: await artifacts.readBytes(files[packageFiles.weights]),
    };
    const tokenizer = (await artifacts.readBytes(tokenization.tokenizer)).toString('utf8');
    const questions = await readQuestions(pairs);
    const baselines = await readAnswerBaselines(artifacts, {
      ...{ pairs, questions, texts },
      trained: training.answering?.pairs.training ?? 0,
    });
    const job = { model, tokenizer, samples, prompts, questions, seed, ...(baselines && { baselines }) };
    const looked = await readLanguageSamples(job, signal);
    const continuations = looked.continuations.map((it) => ({
      ...it,
      inCorpus: followersOf(it.prompt, documents),
    }));
    const writing = measureWriting({
      continuations: continuations.flatMap(({ greedy, drawn }) => [greedy, drawn]),
      ...{ answers: looked.answers, documents },
      scoreHarm: await createListScores(['en', 'ko'], analysers),
    });
    return { ...looked, continuations, writing };
  };

  const readCurve = (curve: ArtifactReference) => artifacts.readJson(curve, z.array(curvePointSchema));

  const describeAnswering = async (
    { heldOut, pairs, curve }: AnsweringResult,
    { prompt }: NonNullable<LanguageEvaluationInput['template']>,
    { answers, measures }: Judged,
  ) => ({ heldOut, pairs, prompt, answers, ...(measures && { measures }), learning: await readCurve(curve) });

  const describe = async (
    input: LanguageEvaluationInput,
    verdict: LanguageReport['verdict'],
    { answers, measures, ...looked }: Looked & Judged,
  ): Promise<LanguageReport> => {
    const { training, tokenization, evaluation, corpus, template } = input;
    return {
      format: 'coppice-language-report/1',
      ...{ model: input.model, runId: input.runId, createdAt: now().toISOString() },
      ...{ verdict, figures: training.heldOut, environment: training.environment },
      ...(await readCleaningReport(artifacts, input)),
      heldOutDocuments: evaluation.holdout,
      ...looked,
      learning: await readCurve(training.curve),
      ...(await readSearchTable(artifacts, training)),
      ...(training.answering &&
        template && {
          answering: await describeAnswering(training.answering, template, { answers, measures }),
        }),
      tokenizer: tokenizerFacts(tokenization),
      lineage: [
        { role: 'clean documents', text: corpus.digest },
        { role: 'tokens', text: tokenization.tokens.digest },
        { role: 'weights', text: training.weights.digest },
      ],
    };
  };

  return {
    /** Judges a language model against its gates; a rejection is a result, not a failure. */
    async evaluateLanguageModel(input: LanguageEvaluationInput): Promise<EvaluationResult> {
      const { evaluation, training, tokenization, corpus } = input;
      return runStage({
        stage: 'evaluation',
        step: 'language-evaluation',
        run: input,
        parameters: {
          ...{ evaluation, cleaning: input.cleaning, contextLength: input.contextLength },
          figures: training.heldOut,
          ...(training.answering && { answers: training.answering.heldOut }),
          ...(input.champion && { champion: input.champion.figures }),
        },
        inputs: {
          ...{ corpus, weights: training.weights, curve: training.curve },
          ...(training.answering && { answersCurve: training.answering.curve }),
          ...(training.search && { search: training.search }),
          ...(input.pairs && { pairs: input.pairs }),
          tokenizer: tokenization.tokenizer,
        },
        compute: () =>
          withHeartbeat(async (signal) => {
            const rival = input.champion?.figures;
            const looked = await lookInto(input, signal);
            const measures = looked.answers.length > 0 ? measureAnswers(looked.answers, { seed }) : undefined;
            const figures: JudgedFigures = {
              ...{ documents: training.heldOut, answers: training.answering?.heldOut, measures },
            };
            const verdict = judgeLanguageModel(figures, evaluation.gates, rival);
            const report = await describe(input, verdict, { ...looked, measures });
            const made = {
              package: await assemblePackage(artifacts, {
                ...{ weights: training.weights, tokenizer: tokenization.tokenizer, use: 'generation' },
                ...{ cleaning: input.cleaning, contextLength: input.contextLength },
              }),
              report: await artifacts.putBytes(await renderLanguagePage(report), {
                mediaType: mediaTypes.html,
              }),
              evidence: await artifacts.putBytes(`${JSON.stringify(report, null, 2)}\n`, {
                mediaType: mediaTypes.json,
              }),
            };
            const told = figuresOf(languageTableOf(figures));
            return {
              result: { ...outcomeOf(verdict), ...told, ...made },
              outputs: made,
              metrics: told.metrics,
            };
          }),
      });
    },
  };
}
