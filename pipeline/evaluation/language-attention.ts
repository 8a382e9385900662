// What a language model looked at in a few texts: the attention of every layer and head. T tokens.
import * as tf from '@tensorflow/tfjs';
import { withAttention } from '../graph/attention-weights.ts';
import { compileInterpreter } from '../graph/interpret.ts';
import { createGraph } from '../graph/ir.ts';
import type { GptModel } from '../model/gpt-files.ts';
import { nextTokenLogits } from '../model/gpt-graph.ts';
import { namedTensors } from '../model/layout.ts';
import type { AttentionMaps } from './head-maps.ts';
import { mapsOf, readableTokens } from './head-maps.ts';

/** A text as the model reads it. */
export interface ReadText {
  readonly id: string;
  readonly text: string;
  readonly ids: readonly number[];
}

/**
 * Runs the model on each text, on whatever backend plain TensorFlow.js has, and keeps what it looked at.
 * @param texts read up to the context's end, or by a large model as far as takes seconds
 * @param vocabulary tokens by id, as people read them
 */
export function readLanguageAttention(
  model: GptModel,
  texts: readonly ReadText[],
  vocabulary: readonly string[],
): AttentionMaps[] {
  const { config } = model;
  let read: AttentionMaps[] = [];
  tf.tidy(() => {
    const tensors = namedTensors(model.layout, model.parameters).map(
      ({ name, values, shape }) => [name, tf.tensor(values, [...shape])] as const,
    );
    const parameters = Object.fromEntries(tensors);
    read = texts.map(({ id, text, ids: all }) => {
      const length = Math.min(all.length, config.contextLength, readableTokens(model));
      const logits = nextTokenLogits(createGraph(), { config, batchSize: 1, length });
      const inputs = { ids: Int32Array.from(all.slice(0, length)) };
      const results = compileInterpreter(withAttention({ logits })).run({ inputs, parameters });
      const tokens = Array.from(inputs.ids, (token) => vocabulary[token]);
      return mapsOf(results, config, { id, text, tokens, allTokens: all.length });
    });
  });
  return read;
}
