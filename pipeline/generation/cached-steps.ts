// Steps of texts in the making, on whatever runs a graph: a few tokens of each at a time. The caches are read where they
// stand, and grow in place by what is new.
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import type { GptConfig } from '../model/gpt-config.ts';
import { decodingStep } from '../model/gpt-decoding.ts';
import type { CacheShape, TextCaches } from './text-caches.ts';
import { createTextCaches } from './text-caches.ts';

/** A graph at work. */
export interface GraphSession {
  readonly run: (
    inputs: Readonly<Record<string, Float32Array | Int32Array>>,
  ) => Promise<Readonly<Record<string, Float32Array | Int32Array>>>;
  readonly close: () => Promise<void>;
}

/** @param outputs what is asked of the graph, by name */
export type OpenGraph = (outputs: Readonly<Record<string, Node>>) => Promise<GraphSession>;

export interface CachedSteps {
  readonly caches: TextCaches;
  /**
   * Appends tokens to texts that lie side by side, at most `PART` to each.
   * @param first row of the first
   * @param tokens [N] some may have none
   * @returns [N × V] logits of what follows each; those of a text to which nothing was appended mean nothing
   */
  readonly run: (first: number, tokens: readonly (readonly number[])[]) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
}

/** Tokens of a prompt that go in at once: enough for products of matrices, few enough that padding costs little. */
export const PART = 32;

/** T that steps are made for; what is shorter is padded. */
export const STEP_LENGTHS = [1, 16, PART];

export function createCachedSteps(config: GptConfig, shape: CacheShape, open: OpenGraph): CachedSteps {
  const caches = createTextCaches(config, shape);
  const sessions = new Map<string, Promise<GraphSession>>();
  const sessionOf = (batchSize: number, length: number): Promise<GraphSession> => {
    const slots = caches.slots();
    const key = [batchSize, length, slots].join();
    const session =
      sessions.get(key) ?? open(decodingStep(createGraph(), { config, batchSize, slots, length }));
    sessions.set(key, session);
    return session;
  };
  return {
    caches,
    run: async (first, tokens) => {
      const counts = tokens.map(({ length }) => length);
      const length = lengthFor(Math.max(...counts), config.contextLength);
      caches.reserve(Math.max(...counts.map((count, index) => caches.filled(first + index) + count)));
      const session = await sessionOf(tokens.length, length);
      const filled = counts.map((_, index) => caches.filled(first + index));
      const place = { length, filled, last: config.contextLength - 1 };
      const results = await session.run({
        ...caches.read(first, tokens.length),
        ...inputsOf(tokens, place),
      });
      caches.append(first, counts, length, results);
      return results.logits as Float32Array;
    },
    close: async () => {
      for (const session of sessions.values()) await (await session).close();
      sessions.clear();
    },
  };
}

function lengthFor(longest: number, contextLength: number): number {
  return Math.min(STEP_LENGTHS.find((length) => longest <= length) ?? PART, contextLength);
}

interface Place {
  /** T */
  readonly length: number;
  /** [N] tokens of each text so far. */
  readonly filled: readonly number[];
  /** The last position that a text may have. */
  readonly last: number;
}

function inputsOf(
  tokens: readonly (readonly number[])[],
  { length, filled, last }: Place,
): Record<'ids' | 'positions' | 'last', Int32Array> {
  const ids = new Int32Array(tokens.length * length);
  const positions = new Int32Array(tokens.length * length);
  const lasts = new Int32Array(tokens.length);
  for (const [row, own] of tokens.entries()) {
    ids.set(own, row * length);
    for (let place = 0; place < length; place += 1) {
      positions[row * length + place] = Math.min(filled[row] + place, last); // of padding any will do
    }
    lasts[row] = row * length + Math.max(0, own.length - 1);
  }
  return { ids, positions, last: lasts };
}
