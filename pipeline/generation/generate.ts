// Several texts, token by token, until each has ended. Those that have ended wait for the others.
import type { Decoder } from './decoder.ts';
import { roomAfter } from './prompts.ts';
import type { SamplingOptions } from './sampling.ts';
import { createSampler } from './sampling.ts';
import { type ToldToken, toldToken } from './told-token.ts';

export interface GenerationOptions extends SamplingOptions {
  /** The context may leave less room than that. */
  readonly maximumNewTokens: number;
  /** The token that ends a text, where there is one. */
  readonly endOfTextId?: number;
  /** Whether each token's own probability is told; off by default. */
  readonly logProbabilities?: boolean;
  /** So many of the likeliest tokens are told with each one, where its probability is; none by default. */
  readonly alternatives?: number;
  /** Asked after each token; true ends its text. */
  readonly endsAt?: (row: number, id: number) => boolean | Promise<boolean>;
  /** Of texts that are drawn apart from others of the same seed: how many stand before them; 0 by default. */
  readonly firstRow?: number;
  /** So many tokens of each prompt were fed to the decoder before; 0 by default. */
  readonly fed?: number;
  /** Ends all; what waits throws its reason. */
  readonly signal?: AbortSignal;
}

/** Why a text ended. */
export type Finish = 'end-of-text' | 'length' | 'stopped';

/** What is told beside its id is there where it was asked for. */
export interface GeneratedToken extends Partial<ToldToken> {
  /** Which of the prompts it follows. */
  readonly row: number;
  readonly id: number;
  /** With the last token of a text. */
  readonly finish?: Finish;
}

/**
 * @param decoder that was fed nothing else yet; with at least as many rows as there are prompts
 * @param prompts none of them empty or longer than the context
 * @returns the next token of each text that has not ended, step by step
 * @throws CoppiceFailure InvalidInput with every sampling option that is out of its range
 */
export async function* generate(
  decoder: Decoder,
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): AsyncGenerator<readonly GeneratedToken[], void> {
  const { signal, endsAt = () => false, maximumNewTokens, firstRow = 0 } = options;
  const texts = prompts.map((prompt, row) => ({
    row,
    ids: [...prompt],
    end: prompt.length + roomAfter(prompt, decoder.contextLength, maximumNewTokens),
    sample: createSampler(options, firstRow + row),
  }));
  const fed: (readonly number[])[] = Array.from({ length: decoder.rows }, (_, row) =>
    (prompts[row] ?? []).slice(options.fed),
  );
  let running = texts;
  while (running.length > 0) {
    signal?.throwIfAborted();
    const logits = await decoder.feed(fed);
    const tokens: GeneratedToken[] = [];
    const ended = new Set<number>();
    for (const { row, ids, end, sample } of running) {
      const own = logits.subarray(row * decoder.vocabularySize, (row + 1) * decoder.vocabularySize);
      const next = chosen(own, { ids, sample, ...options });
      ids.push(next.id);
      fed[row] = [next.id];
      const stopped = await endsAt(row, next.id);
      const finish = finishOf({ isEnd: next.id === options.endOfTextId, stopped, full: ids.length === end });
      if (finish !== undefined) ended.add(row);
      tokens.push({ row, ...next, ...(finish !== undefined && { finish }) });
    }
    for (const row of ended) fed[row] = [];
    running = running.filter(({ row }) => !ended.has(row));
    yield tokens;
  }
}

interface Choice extends Pick<GenerationOptions, 'logProbabilities' | 'alternatives'> {
  readonly ids: readonly number[];
  readonly sample: ReturnType<typeof createSampler>;
}

function chosen(
  logits: Float32Array,
  { ids, sample, logProbabilities = false, alternatives = 0 }: Choice,
): Pick<GeneratedToken, keyof ToldToken> {
  if (!logProbabilities) return { id: sample(logits, ids) };
  const own = logits.slice();
  return toldToken(own, sample(logits, ids), alternatives);
}

interface End {
  readonly isEnd: boolean;
  readonly stopped: boolean;
  readonly full: boolean;
}

function finishOf({ isEnd, stopped, full }: End): Finish | undefined {
  if (isEnd) return 'end-of-text';
  if (stopped) return 'stopped';
  return full ? 'length' : undefined;
}
