// The evaluation of a classifier of tokens: the entities that it finds in held-out documents beside those that are labelled;
// its gates, its package, its report.
import { z } from 'zod';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import type { EvaluationResult, TokenEvaluationInput } from '../contracts/stage-results.ts';
import { curvePointSchema } from '../contracts/training-job.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { wordsInRow } from '../pipeline/entities/tag-words.ts';
import { outside } from '../pipeline/entities/tags.ts';
import type { EntityEvaluationInput, SpanCounts } from '../pipeline/evaluation/entity-evaluation.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import { readCleaningReport } from './cleaning-report.ts';
import { evaluateEntitiesInThread } from './entity-evaluation-thread.ts';
import type { EntityEvaluationJob } from './entity-evaluation-thread-main.ts';
import { withHeartbeat } from './heartbeat.ts';
import { assemblePackage, figuresOf, outcomeOf } from './judged-version.ts';
import {
  type LabelledDocument,
  type LabelledWordsDependencies,
  readLabelledWords,
} from './labelled-words.ts';
import { rowsSchema, tagsSchema } from './scoring-files.ts';
import { readSearchTable } from './search-table.ts';
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

  const readInput = async (input: TokenEvaluationInput): Promise<EntityEvaluationInput> => {
    const { corpus, labels, training, tokenization, evaluation, contextLength } = input;
    const documents = await readLabelledWords(dependencies, {
      corpus,
      labels,
      tokenizer: tokenization.tokenizer,
    });
    const held = new Set((await artifacts.readJson(training.holdout, rowsSchema)).map(({ row }) => row));
    const holdout = documents.filter(({ row }) => held.has(row));
    const answers = await readAnswers(input.probabilities, holdout);
    return {
      seed,
      gates: evaluation.gates,
      training: documents
        .filter(({ row }) => !held.has(row))
        .map(({ id, text, words, tags }) => ({
          ...{ id, text, tags },
          words: words.map(({ start, end }) => text.slice(start, end)),
        })),
      holdout: holdout.map(({ id, source, text, words, tags }, index) => ({
        ...{ id, source, text, words, labelled: tags },
        ...answers[index],
      })),
      counts: countSpans(documents, contextLength),
    };
  };

  /** What will be served: quantized weights take the place of the others. */
  const readServed = async (
    { training, tokenization, contextLength }: TokenEvaluationInput,
    holdout: readonly { readonly text: string }[],
    quantized: ArtifactReference | undefined,
  ): Promise<Pick<EntityEvaluationJob, 'model' | 'texts' | 'packageBytes'>> => {
    const { files } = await artifacts.readDirectory(training.weights);
    const read = async (reference: ArtifactReference) =>
      (await artifacts.readBytes(reference)).toString('utf8');
    const [config, json] = [await read(files[packageFiles.config]), await read(tokenization.tokenizer)];
    const weights = await artifacts.readBytes(quantized ?? files[packageFiles.weights]);
    const tokenizer = await dependencies.loadTokenizer(json);
    const { ids, lengths } = await tokenizer.encodeBatch(
      holdout.map(({ text }) => text),
      contextLength,
    );
    return {
      ...{ model: { config, weights }, texts: { tokens: ids, lengths } },
      packageBytes: Buffer.byteLength(config) + weights.length + Buffer.byteLength(json),
    };
  };

  /** What the report tells beside the evaluation. */
  const readReportFacts = async (input: TokenEvaluationInput): Promise<EntityEvaluationJob['report']> => {
    const { training, tokenization, corpus } = input;
    const readCurve = (curve: ArtifactReference) => artifacts.readJson(curve, z.array(curvePointSchema));
    return {
      format: 'coppice-entity-report/1',
      ...{ model: input.model, runId: input.runId, createdAt: now().toISOString() },
      ...(training.pretraining && { pretraining: await readCurve(training.pretraining.curve) }),
      learning: await readCurve(training.curve),
      ...(await readSearchTable(artifacts, training)),
      ...(await readCleaningReport(artifacts, input)),
      environment: training.environment,
      tokenizer: tokenizerFacts(tokenization),
      lineage: [
        { role: 'clean documents', text: corpus.digest },
        { role: 'labelled spans', text: input.labels.digest },
        { role: 'tokens', text: tokenization.tokens.digest },
        { role: 'training examples', text: training.training.digest },
        { role: 'held-out examples', text: training.holdout.digest },
        { role: 'weights', text: training.weights.digest },
      ],
    };
  };

  return {
    /** Judges a classifier of tokens against its gates; a rejection is a result, not a failure. */
    async evaluateTokenClassifier(input: TokenEvaluationInput): Promise<EvaluationResult> {
      const { evaluation, training, tokenization, corpus, labels, probabilities } = input;
      return runStage({
        stage: 'evaluation',
        step: 'token-evaluation',
        run: input,
        parameters: { evaluation, cleaning: input.cleaning, contextLength: input.contextLength },
        inputs: {
          ...{ corpus, labels, weights: training.weights, curve: training.curve },
          ...{ tokenizer: tokenization.tokenizer, holdout: training.holdout, probabilities },
          ...(training.pretraining && { pretrainingCurve: training.pretraining.curve }),
          ...(training.search && { search: training.search }),
        },
        compute: () =>
          withHeartbeat(async (signal) => {
            const { quantized } = await artifacts.readJson(probabilities, tagsSchema);
            const read = await readInput(input);
            const job = {
              ...{ input: read, report: await readReportFacts(input) },
              ...(await readServed(input, read.holdout, quantized)),
            };
            const { evaluation: evaluated, html, json } = await evaluateEntitiesInThread(job, signal);
            const made = {
              package: await assemblePackage(artifacts, {
                ...{ weights: training.weights, quantized, use: 'classification' },
                tokenizer: tokenization.tokenizer,
                ...{ cleaning: input.cleaning, contextLength: input.contextLength },
              }),
              report: await artifacts.putBytes(html, { mediaType: mediaTypes.html }),
              evidence: await artifacts.putBytes(json, { mediaType: mediaTypes.json }),
            };
            const figures = figuresOf(evaluated.systems[0].metrics);
            const precision = quantized && { precision: 'int8' as const };
            return {
              result: { ...outcomeOf(evaluated.verdict), ...figures, ...made, ...precision },
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
