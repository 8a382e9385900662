// What every layer and head of a model looked at in one text, coarse enough for a page. H heads, T tokens.
import type * as tf from '@tensorflow/tfjs';

/** One head's weights. */
export interface HeadMap {
  /** A row a token, rows apart by a space; a digit is a weight's level, of what is not shown the sum's at the end. */
  readonly levels: string;
  /** What the tokens look at most in the mean over all of them, shown or not. */
  readonly mostSeen: readonly { readonly token: string; readonly share: number }[];
}

/** A text with what each layer and head saw in it. */
export interface AttentionMaps {
  /** Of its document. */
  readonly id: string;
  /** How the text begins. */
  readonly excerpt: string;
  /** Those that are shown, from the first. */
  readonly tokens: readonly string[];
  /** Read, and too many to be shown: each row of a map ends in the sum of their weights. */
  readonly hiddenTokens: number;
  /** Not read either, since the model is too large for it. */
  readonly unreadTokens: number;
  readonly layers: readonly (readonly HeadMap[])[];
}

/** At most: of more, a reader looks at none. */
export const MOST_TEXTS = 4;
/** A token's row fits a phone's width. */
const MOST_TOKENS = 24;
/** Cells of all maps together: some 600 kB of page. */
const MOST_CELLS = 150_000;
/** Multiplications for one text: some seconds of plain JavaScript. */
const MOST_MULTIPLICATIONS = 4e9;
const LEVELS = 9;
const EXCERPT = 200; // characters
const MOST_SEEN = 3;

interface Size {
  readonly layers: number;
  readonly heads: number;
}

/** @returns how many tokens of a text are shown: fewer, the more heads a model has */
export function shownTokens({ layers, heads }: Size): number {
  return Math.min(MOST_TOKENS, Math.floor(Math.sqrt(MOST_CELLS / (MOST_TEXTS * layers * heads))));
}

/** @returns how many tokens of a text are read: embeddings are looked up, every other parameter is multiplied with once a token */
export function readableTokens({ config, parameters }: ReadModel): number {
  const multiplied = parameters.length - config.vocabularySize * config.hiddenSize;
  return Math.max(16, Math.floor(MOST_MULTIPLICATIONS / multiplied));
}

interface ReadModel {
  readonly config: Size & { readonly vocabularySize: number; readonly hiddenSize: number };
  readonly parameters: Float32Array;
}

/** @returns 0 to 9 by the root of the weight, so that a tenth of the attention is told from none */
export function levelOf(weight: number): number {
  return Math.round(LEVELS * Math.sqrt(weight));
}

/**
 * @param results of a graph with attention, for one text: `attention.<layer>` [1, H, T, T]
 * @param text its tokens that were read, as strings, and how many it has in all
 */
export function mapsOf(
  results: Readonly<Record<string, tf.Tensor>>,
  { layers, heads }: Size,
  text: Pick<AttentionMaps, 'id'> & {
    readonly text: string;
    readonly tokens: readonly string[];
    readonly allTokens: number;
  },
): AttentionMaps {
  const { tokens } = text;
  const { length } = tokens;
  const shown = Math.min(length, shownTokens({ layers, heads }));
  return {
    id: text.id,
    excerpt: Array.from(text.text).slice(0, EXCERPT).join(''),
    tokens: tokens.slice(0, shown),
    hiddenTokens: length - shown,
    unreadTokens: text.allTokens - length,
    layers: Array.from({ length: layers }, (_, layer) => {
      const weights = results[`attention.${layer}`].dataSync<'float32'>();
      return Array.from({ length: heads }, (_head, head) =>
        headMap(weights.subarray(head * length * length, (head + 1) * length * length), { tokens, shown }),
      );
    }),
  };
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
