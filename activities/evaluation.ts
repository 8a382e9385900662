// Evaluation: threshold, metrics with intervals, baselines, gates; the package that will be served and the report.
import { z } from 'zod';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import type { EvaluationInput, EvaluationResult } from '../contracts/stage-results.ts';
import { curvePointSchema } from '../contracts/training-job.ts';
import { decisionRuleSchema, packageFiles } from '../contracts/version-package.ts';
import type { ClassifierEvaluationInput } from '../pipeline/evaluation/classifier-evaluation.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import type { AttentionDependencies } from './attention-input.ts';
import { readAttentionInput } from './attention-input.ts';
import { readCleaningReport } from './cleaning-report.ts';
import { evaluateInThread } from './evaluation-thread.ts';
import type { ComputedEvaluation, EvaluationJob } from './evaluation-thread-main.ts';
import { withHeartbeat } from './heartbeat.ts';
import { assemblePackage, figuresOf, outcomeOf } from './judged-version.ts';
import { examplesSchema, probabilitiesSchema } from './scoring-files.ts';
import { readSearchTable } from './search-table.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

export interface EvaluationActivityDependencies extends AttentionDependencies {
  readonly runStage: StageRunner;
  readonly now: () => Date;
}

export type EvaluationActivities = ReturnType<typeof createEvaluationActivities>;

/** Of the bootstrap: fixed, so that the same version gets the same figures. */
const seed = 1;

export function createEvaluationActivities(dependencies: EvaluationActivityDependencies) {
  const { artifacts, runStage, now } = dependencies;
  /** Texts and classes of a set of examples, in the order of the set. */
  const readExamples = async (corpus: ArtifactReference, examples: ArtifactReference) => {
    const wanted = await artifacts.readJson(examples, examplesSchema);
    const positions = new Map(wanted.map(({ row }, position) => [row, position]));
    const [ids, texts, sources] = [1, 2, 3].map(() => new Array<string>(wanted.length));
    let row = 0;
    for await (const { id, text, source } of readShards(artifacts, corpus, cleanDocumentSchema)) {
      const position = positions.get(row);
      if (position !== undefined) [ids[position], texts[position], sources[position]] = [id, text, source];
      row += 1;
    }
    return { ids, texts, sources, labels: Int32Array.from(wanted, ({ label }) => label) };
  };

  /** Row-major, columns in the order of `labels`; a class that the scorer does not know gets 0. */
  const readProbabilities = async (reference: ArtifactReference, labels: readonly string[]) => {
    const scored = await artifacts.readJson(reference, probabilitiesSchema);
    const columns = labels.map((label) => scored.labels.indexOf(label));
    return Float64Array.from(
      scored.probabilities.flatMap((row) => columns.map((column) => (column < 0 ? 0 : row[column]))),
    );
  };

  const readChampion = async ({ champion, training }: EvaluationInput) => {
    if (!champion) return undefined;
    const { files } = await artifacts.readDirectory(champion.package);
    const { threshold } = await artifacts.readJson(files[packageFiles.decision], decisionRuleSchema);
    return {
      title: `Version ${champion.version}, in service`,
      probabilities: await readProbabilities(champion.probabilities, training.labels),
      threshold,
    };
  };

  const readInput = async (input: EvaluationInput): Promise<ClassifierEvaluationInput> => {
    const { evaluation, corpus, training } = input;
    const champion = await readChampion(input);
    return {
      seed,
      classNames: training.labels,
      positiveLabel: evaluation.positiveLabel,
      gates: evaluation.gates,
      training: await readExamples(corpus, training.training),
      holdout: {
        ...(await readExamples(corpus, training.holdout)),
        probabilities: await readProbabilities(input.probabilities, training.labels),
      },
      ...(champion && { champion }),
    };
  };

  /** Of what a gateway downloads: quantized weights take the place of the others. */
  const bytesOf = async (
    { training, tokenization }: EvaluationInput,
    quantized: ArtifactReference | undefined,
  ): Promise<number> => {
    const { files } = await artifacts.readDirectory(training.weights);
    const served = [
      files[packageFiles.config],
      quantized ?? files[packageFiles.weights],
      tokenization.tokenizer,
    ];
    return served.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  };

  /** What the report tells beside the evaluation. */
  const readReportFacts = async (
    input: EvaluationInput,
    quantized: ArtifactReference | undefined,
  ): Promise<EvaluationJob['report']> => {
    const { tokenization, training } = input;
    return {
      format: 'coppice-evaluation-report/1',
      model: input.model,
      runId: input.runId,
      createdAt: now().toISOString(),
      ...(training.pretraining && {
        pretraining: await artifacts.readJson(training.pretraining.curve, z.array(curvePointSchema)),
      }),
      learning: await artifacts.readJson(training.curve, z.array(curvePointSchema)),
      ...(await readSearchTable(artifacts, training)),
      ...(await readCleaningReport(artifacts, input)),
      tokenizer: tokenizerFacts(tokenization),
      lineage: [
        { role: 'clean documents', text: input.corpus.digest },
        { role: 'tokens', text: tokenization.tokens.digest },
        { role: 'training examples', text: training.training.digest },
        { role: 'held-out examples', text: training.holdout.digest },
        { role: 'weights', text: training.weights.digest },
        ...(quantized ? [{ role: 'weights as they are served', text: quantized.digest }] : []),
      ],
      environment: { ...training.environment, 'served in': quantized ? 'int8' : 'float32' },
    };
  };

  /** The page for people, and the same as JSON: the evidence on which the verdict rests. */
  const storeReport = async ({ html, json }: ComputedEvaluation) => ({
    report: await artifacts.putBytes(html, { mediaType: mediaTypes.html }),
    evidence: await artifacts.putBytes(json, { mediaType: mediaTypes.json }),
  });

  return {
    /** Judges a trained version against its gates; a rejection is a result, not a failure. */
    async evaluateVersion(input: EvaluationInput): Promise<EvaluationResult> {
      const { champion, corpus, training } = input;
      return runStage({
        stage: 'evaluation',
        run: input,
        parameters: {
          evaluation: input.evaluation,
          cleaning: input.cleaning,
          contextLength: input.contextLength,
        },
        inputs: {
          corpus,
          weights: training.weights,
          tokenizer: input.tokenization.tokenizer,
          training: training.training,
          holdout: training.holdout,
          curve: training.curve,
          ...(training.pretraining && { pretrainingCurve: training.pretraining.curve }),
          ...(training.search && { search: training.search }),
          probabilities: input.probabilities,
          ...(champion && { champion: champion.package, championProbabilities: champion.probabilities }),
        },
        compute: () =>
          withHeartbeat(async (signal) => {
            const read = await readInput(input);
            const attention = await readAttentionInput(dependencies, input, read.holdout);
            const { quantized } = await artifacts.readJson(input.probabilities, probabilitiesSchema);
            const job = {
              ...{ input: read, attention, report: await readReportFacts(input, quantized) },
              ...(quantized && { quantized: await artifacts.readBytes(quantized) }),
              packageBytes: await bytesOf(input, quantized),
            };
            const computed = await evaluateInThread(job, signal);
            const { verdict, systems, positiveLabel, threshold } = computed.evaluation;
            const made = {
              package: await assemblePackage(artifacts, {
                ...{ weights: training.weights, quantized, use: 'classification' },
                tokenizer: input.tokenization.tokenizer,
                ...{ cleaning: input.cleaning, contextLength: input.contextLength },
                decision: { labels: [...training.labels], positiveLabel, threshold },
              }),
              ...(await storeReport(computed)),
            };
            const figures = figuresOf(systems[0].metrics);
            const precision = quantized && { precision: 'int8' as const };
            return {
              result: { ...outcomeOf(verdict), ...figures, ...made, ...precision },
              outputs: made,
              metrics: figures.metrics,
            };
          }),
      });
    },
  };
}
