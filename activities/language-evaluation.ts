// The evaluation of a language model: its gates on what training measured on held-out documents, its package, its report.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import type { EvaluationResult, GateJudgement, LanguageEvaluationInput } from '../contracts/stage-results.ts';
import { curvePointSchema } from '../contracts/training-job.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { describeGate } from '../pipeline/evaluation/gates.ts';
import { judgeLanguageModel } from '../pipeline/evaluation/language-figures.ts';
import { type LanguageReport, renderLanguagePage } from '../pipeline/evaluation/report/language-page.ts';
import { tokenizerFacts } from '../pipeline/evaluation/report/report.ts';
import type { StageRunner } from './stage-runner.ts';

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
  const describe = async (
    input: LanguageEvaluationInput,
    verdict: LanguageReport['verdict'],
  ): Promise<LanguageReport> => {
    const { training, tokenization, funnel, evaluation, corpus } = input;
    return {
      format: 'coppice-language-report/1',
      ...{ model: input.model, runId: input.runId, createdAt: now().toISOString() },
      ...{ verdict, figures: training.heldOut, cleaning: funnel, environment: training.environment },
      heldOutDocuments: evaluation.holdout,
      learning: await artifacts.readJson(training.curve, z.array(curvePointSchema)),
      tokenizer: tokenizerFacts(tokenization),
      lineage: [
        { role: 'clean documents', text: corpus.digest },
        { role: 'tokens', text: tokenization.tokens.digest },
        { role: 'weights', text: training.weights.digest },
      ],
    };
  };

  /** A directory that transformers loads, and the recipe beside it; how an answer becomes a label is not a question here. */
  const assemblePackage = async ({
    training,
    tokenization,
    cleaning,
    contextLength,
  }: LanguageEvaluationInput) => {
    const { files } = await artifacts.readDirectory(training.weights);
    return artifacts.putDirectory({
      [packageFiles.config]: files[packageFiles.config],
      [packageFiles.weights]: files[packageFiles.weights],
      [packageFiles.tokenizer]: tokenization.tokenizer,
      [packageFiles.preprocessing]: await artifacts.putJson({ steps: cleaning.steps, contextLength }),
    });
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
        },
        inputs: {
          ...{ corpus, weights: training.weights, curve: training.curve },
          tokenizer: tokenization.tokenizer,
        },
        compute: async () => {
          const verdict = judgeLanguageModel(training.heldOut, evaluation.gates);
          const report = await describe(input, verdict);
          const made = {
            package: await assemblePackage(input),
            report: await artifacts.putBytes(renderLanguagePage(report), { mediaType: mediaTypes.html }),
            evidence: await artifacts.putBytes(`${JSON.stringify(report, null, 2)}\n`, {
              mediaType: mediaTypes.json,
            }),
          };
          const { loss, perplexity, bitsPerByte } = training.heldOut;
          const metrics = { loss, perplexity, bitsPerByte };
          const gates = verdict.gates.map(
            ({ gate, passed, value, reason }): GateJudgement => ({
              ...{ gate: describeGate(gate), passed, value, reason },
            }),
          );
          const outcome = verdict.passed ? ('accepted' as const) : ('rejected' as const);
          return { result: { outcome, gates, metrics, intervals: {}, ...made }, outputs: made, metrics };
        },
      });
    },
  };
}
