// Selection and evaluation of a classifier of tokens over a world of spans, with a training that is made up.
import { z } from 'zod';
import { createTokenEvaluationActivities } from '../../activities/token-evaluation.ts';
import { createTokenSelectionActivities } from '../../activities/token-selection.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import { evaluationSchema } from '../../contracts/model-spec/judgement.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { asActivity } from './activity-context.ts';
import { exampleSearch } from './example-search.ts';
import type { SpanWorld } from './span-world.ts';

type Row = readonly number[];
/** Classes of a held-out row, from those that are right. */
export type Answer = (labels: Row, row: number, classes: readonly string[]) => Row;
/** Right everywhere: pieces and frame, which no word begins with, are none. */
export const right: Answer = (labels) => labels.map((label) => Math.max(label, 0));
export const none: Answer = (labels) => labels.map(() => 0);

function untrainedModel(
  labels: readonly string[],
  size: { readonly contextLength: number; readonly vocabularySize: number },
) {
  const config: BertConfig = {
    ...{ head: 'token-classification', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16, ...size },
    ...{ tokenTypes: 2, layerNormEpsilon: 1e-12, padTokenId: 0, dropout: 0, labels: [...labels] },
  };
  const layout = parameterLayout(config);
  return writeModel({ config, layout, parameters: initialParameters(layout, 1) });
}

/** From spans to a judged version, whose training is made up. */
export async function evaluateSpans(world: SpanWorld, answer: Answer, gates: GateSpec[] = []) {
  const { run, artifacts, corpus, labels, cleaned, cleaning, tokenized, contextLength } = world;
  const { selectTokenExamples } = createTokenSelectionActivities(world);
  const { tokens, tokenizer } = tokenized;
  const selected = await asActivity(() =>
    selectTokenExamples({ ...run, corpus, labels, tokens, tokenizer, holdout: 10 }),
  );
  const rows = await artifacts.readJson(selected.holdout, z.array(z.object({ labels: z.array(z.number()) })));
  const probabilities = await artifacts.putJson({
    labels: selected.labels,
    tags: rows.map(({ labels: row }, index) => ({
      classes: answer(row, index, selected.labels),
      scores: row.map(() => 0.75),
    })),
  });
  const put = (value: unknown): Promise<ArtifactReference> => artifacts.putJson(value);
  const files = untrainedModel(selected.labels, { contextLength, vocabularySize: tokenized.vocabularySize });
  const weights = await artifacts.putDirectory({
    'config.json': await artifacts.putBytes(files.config, { mediaType: mediaTypes.json }),
    'model.safetensors': await artifacts.putBytes(Buffer.from(files.weights), {
      mediaType: mediaTypes.safetensors,
    }),
  });
  const { evaluateTokenClassifier } = createTokenEvaluationActivities({
    ...world,
    now: () => new Date('2026-11-30T10:00:00Z'),
  });
  const result = await asActivity(async () =>
    evaluateTokenClassifier({
      ...{ ...run, contextLength, cleaning, corpus, labels, probabilities },
      funnel: cleaned.funnel,
      tokenization: tokenized,
      evaluation: evaluationSchema.parse({ holdout: 10, gates }),
      training: {
        ...selected,
        weights,
        curve: await put([{ step: 2, trainingLoss: 2, validationLoss: 2.5 }]),
        pretraining: { curve: await put([{ step: 1, trainingLoss: 9, validationLoss: 9.125 }]), steps: 1 },
        search: await put(exampleSearch()),
        ...{ lastPoint: undefined, steps: 2, tokensPerSecond: 10, environment: {}, lineage: [] },
      },
    }),
  );
  const page = (await artifacts.readBytes(result.report)).toString('utf8');
  const evidence = JSON.parse((await artifacts.readBytes(result.evidence)).toString('utf8')) as object;
  return { result, page, evidence };
}
