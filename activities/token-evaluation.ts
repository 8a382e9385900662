// The evaluation of a classifier of tokens: the entities that it finds in held-out documents beside those that are labelled;
// its gates, its package, its report.
import { z } from 'zod';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import type { EvaluationResult, TokenEvaluationInput } from '../contracts/stage-results.ts';
import { curvePointSchema } from '../contracts/training-job.ts';
import { packageFiles, quantizedWeights } from '../contracts/version-package.ts';
import { wordsInRow } from '../pipeline/entities/tag-words.ts';
import { outside } from '../pipeline/entities/tags.ts';
import type { EntityEvaluation, SpanCounts } from '../pipeline/evaluation/entity-evaluation.ts';
import { evaluateEntities } from '../pipeline/evaluation/entity-evaluation.ts';
import { describeGate } from '../pipeline/evaluation/gates.ts';
import type { MetricTable } from '../pipeline/evaluation/metric-table.ts';
import { type EntityReport, renderEntityPage } from '../pipeline/evaluation/report/entity-page.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import { withHeartbeat } from './heartbeat.ts';
import {
  type LabelledDocument,
  type LabelledWordsDependencies,
  readLabelledWords,
} from './labelled-words.ts';
import { rowsSchema, tagsSchema } from './scoring-files.ts';
import type { StageRunner } from './stage-runner.ts';

export interface TokenEvaluationDependencies extends LabelledWordsDependencies {
  readonly runStage: StageRunner;
  readonly now: () => Date;
}

export type TokenEvaluationActivities = ReturnType<typeof createTokenEvaluationActivities>;

/** Of the bootstrap: fixed, so that the same version gets the same figures. */
const seed = 1;

export function createTokenEvaluationActivities(dependencies: TokenEvaluationDependencies) {
  const { artifacts, runStage, now } = dependencies;

  /** By document: what a version answers on the words of its own tokenizer. */
  const readAnswers = async (scored: ArtifactReference, documents: readonly LabelledDocument[]) => {
    const { labels, tags } = await artifacts.readJson(scored, tagsSchema);
    return documents.map(({ words }, index) => {
      const { classes, scores } = tags[index];
      const read = wordsInRow(words, classes.length);
      return {
        answered: words.map(({ token }, word) => (word < read ? labels[classes[token]] : outside)),
        scores: words.map(({ token }, word) => (word < read ? scores[token] : 1)),
      };
    });
  };

  /** Words are found again by where they begin; one that the other tokenizer does not have is no entity. */
  const readChampion = async (
    { champion, corpus, labels }: TokenEvaluationInput,
    holdout: readonly LabelledDocument[],
  ) => {
    if (!champion) return undefined;
    const tokenizer = await packagedTokenizer(champion.package);
    const rows = new Set(holdout.map(({ row }) => row));
    const all = await readLabelledWords(dependencies, { corpus, labels, tokenizer });
    const theirs = all.filter(({ row }) => rows.has(row));
    const answers = await readAnswers(champion.probabilities, theirs);
    const answered = holdout.map(({ words }, index) => {
      const tags = new Map(theirs[index].words.map(({ start }, at) => [start, answers[index].answered[at]]));
      return words.map(({ start }) => tags.get(start) ?? outside);
    });
    return { title: `Version ${champion.version}, in service`, answered };
  };

  const packagedTokenizer = async (version: ArtifactReference) =>
    (await artifacts.readDirectory(version)).files[packageFiles.tokenizer];

  const evaluate = async (input: TokenEvaluationInput): Promise<EntityEvaluation> => {
    const { corpus, labels, training, tokenization, evaluation, contextLength } = input;
    const documents = await readLabelledWords(dependencies, {
      corpus,
      labels,
      tokenizer: tokenization.tokenizer,
    });
    const held = new Set((await artifacts.readJson(training.holdout, rowsSchema)).map(({ row }) => row));
    const holdout = documents.filter(({ row }) => held.has(row));
    const answers = await readAnswers(input.probabilities, holdout);
    return evaluateEntities({
      seed,
      gates: evaluation.gates,
      training: documents
        .filter(({ row }) => !held.has(row))
        .map(({ text, words, tags }) => ({
          tags,
          words: words.map(({ start, end }) => text.slice(start, end)),
        })),
      holdout: holdout.map(({ id, text, words, tags }, index) => ({
        ...{ id, text, words, labelled: tags },
        ...answers[index],
      })),
      champion: await readChampion(input, holdout),
      counts: countSpans(documents, contextLength),
    });
  };

  const describe = async (
    input: TokenEvaluationInput,
    evaluation: EntityEvaluation,
  ): Promise<EntityReport> => {
    const { training, tokenization, corpus, funnel } = input;
    return {
      format: 'coppice-entity-report/1',
      ...evaluation,
      ...{ model: input.model, runId: input.runId, createdAt: now().toISOString() },
      learning: await artifacts.readJson(training.curve, z.array(curvePointSchema)),
      ...{ cleaning: funnel, environment: training.environment },
      tokenizer: tokenizerFacts(tokenization),
      lineage: [
        { role: 'clean documents', text: corpus.digest },
        { role: 'labelled spans', text: input.labels.digest },
        { role: 'tokens', text: tokenization.tokens.digest },
        { role: 'weights', text: training.weights.digest },
      ],
    };
  };

  /** A directory that transformers loads, and the recipe beside it: its classes stand in config.json. */
  const assemblePackage = async (
    { training, tokenization, cleaning, contextLength }: TokenEvaluationInput,
    quantized: ArtifactReference | undefined,
  ) => {
    const { files } = await artifacts.readDirectory(training.weights);
    return artifacts.putDirectory({
      [packageFiles.config]: files[packageFiles.config],
      [packageFiles.weights]: files[packageFiles.weights],
      ...(quantized && { [quantizedWeights]: quantized }),
      [packageFiles.tokenizer]: tokenization.tokenizer,
      [packageFiles.preprocessing]: await artifacts.putJson({ steps: cleaning.steps, contextLength }),
    });
  };

  return {
    /** Judges a classifier of tokens against its gates; a rejection is a result, not a failure. */
    async evaluateTokenClassifier(input: TokenEvaluationInput): Promise<EvaluationResult> {
      const { evaluation, training, tokenization, corpus, labels, champion, probabilities } = input;
      return runStage({
        stage: 'evaluation',
        step: 'token-evaluation',
        run: input,
        parameters: { evaluation, cleaning: input.cleaning, contextLength: input.contextLength },
        inputs: {
          ...{ corpus, labels, weights: training.weights, curve: training.curve },
          ...{ tokenizer: tokenization.tokenizer, holdout: training.holdout, probabilities },
          ...(champion && { champion: champion.package, championProbabilities: champion.probabilities }),
        },
        compute: () =>
          withHeartbeat(async () => {
            const evaluated = await evaluate(input);
            const report = await describe(input, evaluated);
            const { quantized } = await artifacts.readJson(probabilities, tagsSchema);
            const made = {
              package: await assemblePackage(input, quantized),
              report: await artifacts.putBytes(renderEntityPage(report), { mediaType: mediaTypes.html }),
              evidence: await artifacts.putBytes(`${JSON.stringify(report, null, 2)}\n`, {
                mediaType: mediaTypes.json,
              }),
            };
            const { verdict, systems } = evaluated;
            const gates = verdict.gates.map(({ gate, ...it }) => ({
              ...{ gate: describeGate(gate), passed: it.passed, value: it.value, reason: it.reason },
            }));
            const outcome = verdict.passed ? ('accepted' as const) : ('rejected' as const);
            const figures = figuresOf(systems[0].metrics);
            const precision = quantized && { precision: 'int8' as const };
            return {
              result: { outcome, gates, ...figures, ...made, ...precision },
              outputs: made,
              metrics: figures.metrics,
            };
          }),
      });
    },
  };
}

function countSpans(documents: readonly LabelledDocument[], contextLength: number): SpanCounts {
  const sum = (of: (document: LabelledDocument) => number) =>
    documents.reduce((total, document) => total + of(document), 0);
  return {
    spans: sum(({ spans }) => spans),
    widened: sum(({ widened }) => widened),
    lost: sum(({ lost }) => lost),
    beyondContext: sum(
      ({ words, tags }) =>
        tags.slice(wordsInRow(words, contextLength)).filter((tag) => tag.startsWith('B-')).length,
    ),
  };
}

function figuresOf(table: MetricTable) {
  const entries = Object.entries(table);
  return {
    metrics: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    intervals: Object.fromEntries(
      entries.flatMap(([name, { interval }]) =>
        interval ? [[name, [interval.low, interval.high] as const]] : [],
      ),
    ),
  };
}
