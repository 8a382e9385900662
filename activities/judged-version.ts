// What every evaluation ends with, whatever the model is for: a verdict and figures for the run, and the version's package.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import type { EvaluationResult } from '../contracts/stage-results.ts';
import { type DecisionRule, packageFiles, quantizedWeights } from '../contracts/version-package.ts';
import { describeGate, type GateVerdict } from '../pipeline/evaluation/gates.ts';
import type { MetricTable } from '../pipeline/evaluation/metric-table.ts';
import { type TokenizerUse, tokenizerConfig } from '../pipeline/tokenization/tokenizer-config.ts';

export interface PackageParts {
  /** A directory of config.json and model.safetensors. */
  readonly weights: ArtifactReference;
  /** Where the version is served in int8. */
  readonly quantized?: ArtifactReference | undefined;
  readonly tokenizer: ArtifactReference;
  readonly use: TokenizerUse;
  /** Of a model that writes: Jinja, by which messages become a prompt. */
  readonly chatTemplate?: string;
  readonly cleaning: CleaningSpec;
  readonly contextLength: number;
  /** How probabilities of a text become a label. */
  readonly decision?: DecisionRule;
}

/** @returns a directory that transformers loads, and beside it what serves it as it was judged */
export async function assemblePackage(
  artifacts: ArtifactStore,
  { weights, quantized, tokenizer, use, chatTemplate, cleaning, contextLength, decision }: PackageParts,
): Promise<ArtifactReference> {
  const { files } = await artifacts.readDirectory(weights);
  return artifacts.putDirectory({
    [packageFiles.config]: files[packageFiles.config],
    [packageFiles.weights]: files[packageFiles.weights],
    ...(quantized && { [quantizedWeights]: quantized }),
    [packageFiles.tokenizer]: tokenizer,
    [packageFiles.tokenizerConfig]: await artifacts.putJson(
      tokenizerConfig(contextLength, use, chatTemplate),
    ),
    [packageFiles.preprocessing]: await artifacts.putJson({ steps: cleaning.steps, contextLength }),
    ...(decision && { [packageFiles.decision]: await artifacts.putJson(decision) }),
  });
}

/** The verdict as a run tells it. */
export function outcomeOf({ passed, gates }: GateVerdict): Pick<EvaluationResult, 'outcome' | 'gates'> {
  return {
    outcome: passed ? 'accepted' : 'rejected',
    gates: gates.map(({ gate, passed, value, interval, bound, reason, slices, difference }) => ({
      ...{ gate: describeGate(gate), passed, value, reason },
      ...(interval && { interval }),
      ...(bound !== null && { bound }),
      ...(difference && {
        difference: {
          value: difference.value,
          ...(difference.interval && { interval: difference.interval }),
        },
      }),
      ...(slices && { slices }),
    })),
  };
}

/** Figures that have a value: histories and ledgers hold JSON, which knows no NaN. */
export function figuresOf(table: MetricTable): Pick<EvaluationResult, 'metrics' | 'intervals'> {
  const finite = Object.entries(table).filter(([, { value }]) => Number.isFinite(value));
  return {
    metrics: Object.fromEntries(finite.map(([name, { value }]) => [name, value])),
    intervals: Object.fromEntries(
      finite.flatMap(([name, { interval }]) =>
        interval ? [[name, [interval.low, interval.high] as const]] : [],
      ),
    ),
  };
}
