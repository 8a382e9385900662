// Texts in the making that begin and go on together. Prompts go in by parts of several tokens, then a token at a time.
import type { GptConfig } from '../model/gpt-config.ts';
import type { OpenGraph } from './cached-steps.ts';
import { createCachedSteps, PART } from './cached-steps.ts';
import type { Decoder } from './decoder.ts';
import type { CacheShape, TextCaches } from './text-caches.ts';

export interface CachedDecoder extends Decoder {
  /** Forgets all texts. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export function createCachedDecoder(config: GptConfig, shape: CacheShape, open: OpenGraph): CachedDecoder {
  const { rows } = shape;
  const { vocabularySize, contextLength } = config;
  const { caches, run, close } = createCachedSteps(config, shape, open);

  const feed = async (tokens: readonly (readonly number[])[]): Promise<Float32Array> => {
    refuseTooMany(tokens, caches, shape);
    const longest = Math.max(...tokens.map(({ length }) => length));
    const partLength = Math.min(PART, contextLength);
    if (longest <= partLength) return run(0, tokens);
    const logits = new Float32Array(rows * vocabularySize);
    for (let from = 0; from < longest; from += partLength) {
      const parts = tokens.map((ids) => ids.slice(from, from + partLength));
      const found = await run(0, parts);
      for (const [row, { length }] of parts.entries()) {
        const at = row * vocabularySize;
        if (length > 0) logits.set(found.subarray(at, at + vocabularySize), at);
      }
    }
    return logits;
  };
  return { rows, vocabularySize, contextLength, feed, reorder: caches.reorder, reset: caches.reset, close };
}

/** Only the last token of a text may be one that no slot is left for, since nothing looks back at it. */
function refuseTooMany(
  tokens: readonly (readonly number[])[],
  { filled }: TextCaches,
  { rows, slots }: CacheShape,
): void {
  const row = tokens.findIndex(({ length }, index) => length > 0 && filled(index) + length > slots + 1);
  if (tokens.length === rows && row < 0) return;
  throw new RangeError(
    row < 0
      ? `expected ${rows} rows, got ${tokens.length}`
      : `row ${row}: ${filled(row) + tokens[row].length} tokens do not fit ${slots} slots`,
  );
}
