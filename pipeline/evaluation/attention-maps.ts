// What a classifier looked at in a few held-out texts: the attention of every layer and head. T tokens.
import * as tf from '@tensorflow/tfjs';
import { withAttention } from '../graph/attention-weights.ts';
import { compileInterpreter } from '../graph/interpret.ts';
import { createGraph } from '../graph/ir.ts';
import { attentionMask, classifierLogits } from '../model/bert-graph.ts';
import { namedTensors } from '../model/layout.ts';
import type { Model } from '../model/model-files.ts';
import type { ChosenText } from './attention-texts.ts';
import type { AttentionMaps } from './head-maps.ts';
import { mapsOf, readableTokens } from './head-maps.ts';

/** A text with what each layer and head saw in it. */
export interface AttentionText extends ChosenText, AttentionMaps {}

export interface TokenizedTexts {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  /** [N × T], padded rows. */
  readonly tokens: ArrayLike<number>;
  /** Tokens of each. [N] */
  readonly lengths: ArrayLike<number>;
  /** Tokens by id. */
  readonly vocabulary: readonly string[];
}

/**
 * Runs the model on each chosen text, on whatever backend plain TensorFlow.js has, and keeps what it looked at. A text is
 * read whole, except by a model of so many parameters that this would take minutes: of those it reads the beginning.
 */
export function readAttention(
  model: Model,
  chosen: readonly ChosenText[],
  texts: TokenizedTexts,
): AttentionText[] {
  let read: AttentionText[] = [];
  tf.tidy(() => {
    const tensors = namedTensors(model.layout, model.parameters).map(
      ({ name, values, shape }) => [name, tf.tensor(values, [...shape])] as const,
    );
    const parameters = Object.fromEntries(tensors);
    read = chosen.map((text) => readText(text, { model, parameters, texts }));
  });
  return read;
}

interface Reader {
  readonly model: Model;
  readonly parameters: Readonly<Record<string, tf.Tensor>>;
  readonly texts: TokenizedTexts;
}

function readText(chosen: ChosenText, { model, parameters, texts }: Reader): AttentionText {
  const { config } = model;
  const { example } = chosen;
  const width = texts.tokens.length / texts.lengths.length;
  const length = Math.min(texts.lengths[example], readableTokens(model));
  const ids = Int32Array.from({ length }, (_, place) => texts.tokens[example * width + place]);
  const logits = classifierLogits(createGraph(), { config, batchSize: 1, length, allQueries: true });
  const results = compileInterpreter(withAttention({ logits })).run({
    inputs: { ids, mask: attentionMask([length], length) },
    parameters,
  });
  const tokens = Array.from(ids, (id) => texts.vocabulary[id]);
  const text = { id: texts.ids[example], text: texts.texts[example], tokens };
  return { ...chosen, ...mapsOf(results, config, { ...text, allTokens: texts.lengths[example] }) };
}
