// What a classifier looked at in a few held-out texts: the attention of every layer and head, coarse enough for a page.
// H heads, T tokens.
import * as tf from '@tensorflow/tfjs';
import { withAttention } from '../graph/attention-weights.ts';
import { compileInterpreter } from '../graph/interpret.ts';
import { createGraph } from '../graph/ir.ts';
import { attentionMask, classifierLogits } from '../model/bert-graph.ts';
import { namedTensors } from '../model/layout.ts';
import type { Model } from '../model/model-files.ts';
import type { ChosenText } from './attention-texts.ts';
import { MOST_TEXTS } from './attention-texts.ts';

/** One head's weights. */
export interface HeadMap {
  /** A row a token, rows apart by a space; a digit is a weight's level, of what is not shown the sum's at the end. */
  readonly levels: string;
  /** What the tokens look at most in the mean over all of them, shown or not. */
  readonly mostSeen: readonly { readonly token: string; readonly share: number }[];
}

/** A text with what each layer and head saw in it. */
export interface AttentionText extends ChosenText {
  readonly id: string;
  /** How the document begins. */
  readonly excerpt: string;
  /** Those that are shown, from the first. */
  readonly tokens: readonly string[];
  /** Read, and too many to be shown: each row of a map ends in the sum of their weights. */
  readonly hiddenTokens: number;
  /** Not read either, since the model is too large for it. */
  readonly unreadTokens: number;
  readonly layers: readonly (readonly HeadMap[])[];
}

/** A token's row fits a phone's width. */
const MOST_TOKENS = 24;
/** Cells of all maps together: some 600 kB of page. */
const MOST_CELLS = 150_000;
/** Multiplications for one text: some seconds of plain JavaScript. */
const MOST_MULTIPLICATIONS = 4e9;
const LEVELS = 9;
const EXCERPT = 200; // characters
const MOST_SEEN = 3;

type Size = Pick<Model['config'], 'layers' | 'heads'>;

/** @returns how many tokens of a text are shown: fewer, the more heads a model has */
export function shownTokens({ layers, heads }: Size): number {
  return Math.min(MOST_TOKENS, Math.floor(Math.sqrt(MOST_CELLS / (MOST_TEXTS * layers * heads))));
}

/** @returns 0 to 9 by the root of the weight, so that a tenth of the attention is told from none */
export function levelOf(weight: number): number {
  return Math.round(LEVELS * Math.sqrt(weight));
}

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
  const shown = Math.min(length, shownTokens(config));
  const tokens = Array.from(ids, (id) => texts.vocabulary[id]);
  return {
    ...chosen,
    id: texts.ids[example],
    excerpt: Array.from(texts.texts[example]).slice(0, EXCERPT).join(''),
    tokens: tokens.slice(0, shown),
    hiddenTokens: length - shown,
    unreadTokens: texts.lengths[example] - length,
    layers: Array.from({ length: config.layers }, (_, layer) => {
      const weights = results[`attention.${layer}`].dataSync<'float32'>();
      return Array.from({ length: config.heads }, (_head, head) =>
        headMap(weights.subarray(head * length * length, (head + 1) * length * length), { tokens, shown }),
      );
    }),
  };
}

/** Embeddings are looked up, every other parameter is multiplied with once a token. */
function readableTokens({ config, parameters }: Model): number {
  const multiplied = parameters.length - config.vocabularySize * config.hiddenSize;
  return Math.max(16, Math.floor(MOST_MULTIPLICATIONS / multiplied));
}

/** @param weights [T × T] */
function headMap(
  weights: Float32Array,
  { tokens, shown }: { readonly tokens: readonly string[]; readonly shown: number },
): HeadMap {
  const { length } = tokens;
  const levels = Array.from({ length: shown }, (_, query) => {
    const row = weights.subarray(query * length, (query + 1) * length);
    const rest = row.subarray(shown).reduce((sum, weight) => sum + weight, 0);
    return [...row.subarray(0, shown), ...(shown < length ? [rest] : [])].map(levelOf).join('');
  });
  const seen = tokens.map((token, place) => {
    let total = 0;
    for (let query = 0; query < length; query += 1) total += weights[query * length + place];
    return { token, share: Number((total / length).toFixed(3)) };
  });
  const mostSeen = seen.sort((a, b) => b.share - a.share).slice(0, MOST_SEEN);
  return { levels: levels.join(' '), mostSeen };
}
