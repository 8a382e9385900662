// The evaluation of a language model: what it makes of held-out documents beside the version in service, its gates, its
// package, its report.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import type {
  AnsweringResult,
  EvaluationResult,
  LanguageEvaluationInput,
} from '../contracts/stage-results.ts';
import { curvePointSchema, documentLossesSchema, heldOutQuestionSchema } from '../contracts/training-job.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { createListScores } from '../pipeline/cleaning/harmful/list-scores.ts';
import { measureAnswers } from '../pipeline/evaluation/answer-metrics.ts';
import type { AnsweredPrompt } from '../pipeline/evaluation/exact-match.ts';
import type { LanguageEvaluation } from '../pipeline/evaluation/language-evaluation.ts';
import { evaluateLanguage } from '../pipeline/evaluation/language-evaluation.ts';
import { beginningsOf, followersOf, sampleSentences } from '../pipeline/evaluation/language-samples.ts';
import type { AnsweringReport } from '../pipeline/evaluation/report/answering-section.ts';
import { type LanguageReport, renderLanguagePage } from '../pipeline/evaluation/report/language-page.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import type { ServedFigures } from '../pipeline/evaluation/served-figures.ts';
import type { SlicedDocuments } from '../pipeline/evaluation/slices.ts';
import { measureWriting } from '../pipeline/evaluation/writing-figures.ts';
import { answeringChatTemplate, plainChatTemplate } from '../pipeline/generation/chat-template.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { readAnswerBaselines } from './answer-baselines.ts';
import { readCleaningReport } from './cleaning-report.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readHeldOutAnswers } from './held-out-answers.ts';
import { assemblePackage, figuresOf, outcomeOf } from './judged-version.ts';
import { compareHeldOut, documentsOf, type LanguageCorpus, readLanguageCorpus } from './language-corpus.ts';
import { measureByDocument } from './language-figures-thread.ts';
import { readLanguageSamples } from './language-samples-thread.ts';
import { readSearchTable } from './search-table.ts';
import type { StageRunner } from './stage-runner.ts';

/** Of what is drawn by chance, so that a report can be made again. */
const seed = 1;

/** For the lists of harmful words. */
const analysers = createAnalysers();

/** What single texts showed of a model. */
interface Looked extends Pick<LanguageReport, 'samples' | 'continuations' | 'attention' | 'writing'> {
  readonly answers: readonly AnsweredPrompt[];
  readonly served: ServedFigures;
}

type HeldOutDocuments = SlicedDocuments & { readonly ids: readonly string[] };

/** The candidate, and what it is judged on. */
interface Judged {
  readonly input: LanguageEvaluationInput;
  readonly corpus: LanguageCorpus;
  readonly model: { readonly config: string; readonly weights: Buffer };
  readonly tokenizer: string;
  readonly questions: readonly z.infer<typeof heldOutQuestionSchema>[];
}

/** What is stated, or how the model was asked when it learnt to answer, or what was said and nothing else. */
function chatTemplateOf({ chatTemplate, template, training }: LanguageEvaluationInput): string {
  if (chatTemplate !== undefined) return chatTemplate;
  return training.answering && template ? answeringChatTemplate(template.prompt) : plainChatTemplate;
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

  const readJudged = async (input: LanguageEvaluationInput): Promise<Judged> => {
    const { files } = await artifacts.readDirectory(input.training.weights);
    return {
      ...{ input, corpus: await readLanguageCorpus(artifacts, input) },
      model: {
        config: (await artifacts.readBytes(files[packageFiles.config])).toString('utf8'),
        weights: await artifacts.readBytes(files[packageFiles.weights]),
      },
      tokenizer: (await artifacts.readBytes(input.tokenization.tokenizer)).toString('utf8'),
      questions: await readQuestions(input.pairs),
    };
  };

  /** Looks into the model: at the samples and prompts of the spec, or at some of what was held out. */
  const lookInto = async (
    { input, corpus, model, tokenizer, questions }: Judged,
    signal: AbortSignal,
  ): Promise<Looked> => {
    const { training, evaluation, pairs } = input;
    const documents = corpus.training.texts;
    const texts = new Map(
      [corpus.training, corpus.holdout].flatMap((of) => of.ids.map((id, at) => [id, of.texts[at]] as const)),
    );
    const samples = evaluation.samples ?? sampleSentences(corpus.holdout.texts);
    const prompts = evaluation.prompts ?? beginningsOf(samples);
    const baselines = await readAnswerBaselines(artifacts, {
      ...{ pairs, questions, texts },
      trained: training.answering?.pairs.training ?? 0,
    });
    const job = {
      ...{ model, tokenizer, samples, prompts, questions, seed, ...(baselines && { baselines }) },
      timed: corpus.holdout.texts,
      packageBytes: Buffer.byteLength(model.config) + model.weights.length + Buffer.byteLength(tokenizer),
    };
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

  const readChampion = async ({ champion }: LanguageEvaluationInput) => {
    if (champion === undefined) return {};
    const { byDocument, ...figures } = champion.figures;
    const losses = byDocument && (await artifacts.readJson(byDocument, documentLossesSchema));
    return {
      champion: { title: `Version ${champion.version}, in service`, figures, ...(losses && { losses }) },
    };
  };

  /** @returns nothing where it was not taught to answer, or its pairs are from before they were kept */
  const measureHeldOutAnswers = async (
    { input: { training, pairs }, model }: Judged,
    { holdout, signal }: { readonly holdout: HeldOutDocuments; readonly signal: AbortSignal },
  ) => {
    if (training.answering === undefined || pairs === undefined) return {};
    const heldOut = await readHeldOutAnswers(artifacts, pairs, training.answering.pairs.heldOut);
    return {
      losses: await measureByDocument({ model, answers: heldOut.answers }, signal),
      lossDocuments: documentsOf(heldOut.documents, holdout),
    };
  };

  const judge = async (judged: Judged, looked: Looked, signal: AbortSignal): Promise<LanguageEvaluation> => {
    const { input, corpus, model, tokenizer, questions } = judged;
    const { training, evaluation } = input;
    const job = { model, tokenizer, documents: corpus.holdout.texts, stride: evaluation.stride };
    const losses = await measureByDocument(job, signal);
    const { leakage, languages } = await compareHeldOut(corpus, signal);
    const holdout = { ...corpus.holdout, languages };
    const { answers, served } = looked;
    const documents = documentsOf(
      questions.map(({ document }) => document),
      holdout,
    );
    const answerLosses = await measureHeldOutAnswers(judged, { holdout, signal });
    return evaluateLanguage({
      ...{ seed, gates: evaluation.gates, holdout, losses, leakage, served, ...(await readChampion(input)) },
      ...(training.answering && {
        answering: {
          ...{ heldOut: training.answering.heldOut, answers, documents, ...answerLosses },
          measures: answers.length > 0 ? measureAnswers(answers, { seed }) : undefined,
        },
      }),
    });
  };

  const readCurve = (curve: ArtifactReference) => artifacts.readJson(curve, z.array(curvePointSchema));

  const describeAnswering = async (
    { heldOut, pairs, curve }: AnsweringResult,
    { prompt }: NonNullable<LanguageEvaluationInput['template']>,
    answers: readonly AnsweredPrompt[],
  ): Promise<AnsweringReport> => {
    const measures = answers.length > 0 ? { measures: measureAnswers(answers, { seed }) } : {};
    return { heldOut, pairs, prompt, answers, ...measures, learning: await readCurve(curve) };
  };

  const describe = async (
    input: LanguageEvaluationInput,
    evaluated: LanguageEvaluation,
    { answers, ...looked }: Looked,
  ): Promise<LanguageReport> => {
    const { training, tokenization, evaluation, corpus, template } = input;
    return {
      format: 'coppice-language-report/1',
      ...{ model: input.model, runId: input.runId, createdAt: now().toISOString() },
      ...{ ...looked, ...evaluated, environment: training.environment },
      ...(await readCleaningReport(artifacts, input)),
      heldOutDocuments: evaluation.holdout,
      stride: evaluation.stride,
      learning: await readCurve(training.curve),
      ...(await readSearchTable(artifacts, training)),
      ...(training.answering &&
        template && { answering: await describeAnswering(training.answering, template, answers) }),
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
          chatTemplate: chatTemplateOf(input),
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
            const judged = await readJudged(input);
            const looked = await lookInto(judged, signal);
            const evaluated = await judge(judged, looked, signal);
            const report = await describe(input, evaluated, looked);
            const made = {
              package: await assemblePackage(artifacts, {
                ...{ weights: training.weights, tokenizer: tokenization.tokenizer, use: 'generation' },
                ...{ cleaning: input.cleaning, contextLength: input.contextLength },
                chatTemplate: chatTemplateOf(input),
              }),
              report: await artifacts.putBytes(await renderLanguagePage(report), {
                mediaType: mediaTypes.html,
              }),
              evidence: await artifacts.putBytes(`${JSON.stringify(report, null, 2)}\n`, {
                mediaType: mediaTypes.json,
              }),
            };
            const told = figuresOf(evaluated.metrics);
            return {
              result: { ...outcomeOf(evaluated.verdict), ...told, ...made },
              outputs: made,
              metrics: told.metrics,
            };
          }),
      });
    },
  };
}
