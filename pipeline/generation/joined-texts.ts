// Continuous batching (Yu et al., Orca, OSDI 2022, section 3): texts join and leave between two tokens, and at each token all
// that are in the making are computed together, whoever asked for them. A prompt goes in alone, a part between two tokens,
// so that no long one holds up the others.
import { setImmediate } from 'node:timers/promises';
import type { GptConfig } from '../model/gpt-config.ts';
import { createTurns } from '../turns.ts';
import type { OpenGraph } from './cached-steps.ts';
import { createCachedSteps, PART, STEP_LENGTHS } from './cached-steps.ts';
import type { Decoder } from './decoder.ts';
import { slotSteps } from './text-caches.ts';

export interface JoinedTextsOptions {
  /** Texts that are in the making at once, at most; the others wait. */
  readonly rows: number;
  readonly open: OpenGraph;
  /** Told how many were computed together, each time. */
  readonly onStep: (texts: number) => void;
}

export interface JoinedTexts {
  /**
   * Makes one text, once there is a place for it, in the order in which they were asked for.
   * @param make with a decoder of one row, which is good until its promise ends; what it feeds must have its answer before
   * it feeds again
   * @throws the signal's reason where it still waits
   */
  readonly make: <T>(make: (decoder: Decoder) => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Makes what is made at the first use of each size. Nothing else may run. */
  readonly warmUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Feed {
  readonly ids: readonly number[];
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

interface Text {
  /** What it waits for; absent while its next token is chosen. */
  feed?: Feed | undefined;
  left?: boolean;
}

/** Steps are computed for so many texts, or times four of it, and so on: few sizes, and few texts do not pay for many. */
const LEAST_ROWS = 1;
const ROWS_FACTOR = 4;

const SLOTS_AT_FIRST = 64;

export function createJoinedTexts(
  config: GptConfig,
  { rows, open, onStep }: JoinedTextsOptions,
): JoinedTexts {
  const { vocabularySize, contextLength } = config;
  const shape = { rows, slots: contextLength, slotsAtFirst: SLOTS_AT_FIRST };
  const { caches, run, close } = createCachedSteps(config, shape, open);
  const turns = createTurns(rows);
  const texts: Text[] = []; // each at its row
  const joining: Text[] = [];
  let running = false;
  let wake = (): void => undefined;

  /** The last text takes the place of one that left, so that those in the making lie side by side. */
  const arrange = (): void => {
    for (let row = texts.length - 1; row >= 0; row -= 1) {
      if (texts[row].left !== true) continue;
      const last = texts.length - 1;
      if (row < last) {
        caches.copy(last, row);
        texts[row] = texts[last];
      }
      texts.pop();
      caches.forget(last);
    }
    if (texts.length === 0) caches.reset();
    texts.push(...joining.splice(0).filter(({ left }) => left !== true));
  };
  const compute = async (first: number, own: readonly Text[], parts: readonly (readonly number[])[]) => {
    const feeds = own.map(({ feed }) => feed);
    try {
      const logits = await run(first, parts);
      for (const [index, feed] of feeds.entries()) {
        const { length } = parts[index];
        if (feed === undefined || length === 0) continue;
        const isWhole = length === feed.ids.length;
        own[index].feed = isWhole ? undefined : { ...feed, ids: feed.ids.slice(length) };
        if (isWhole) feed.resolve(logits.subarray(index * vocabularySize, (index + 1) * vocabularySize));
      }
    } catch (error) {
      for (const text of own) text.feed = undefined;
      for (const feed of feeds) feed?.reject(error);
    }
  };
  const computePart = async (row: number): Promise<void> => {
    const text = texts[row];
    await compute(row, [text], [text.feed?.ids.slice(0, PART) ?? []]);
  };
  const computeTokens = async (): Promise<void> => {
    const size = sizesOf(rows).find((it) => it >= texts.length) ?? rows;
    const own: Text[] = [...texts, ...Array.from({ length: size - texts.length }, () => ({}))];
    const parts = own.map(({ feed }) => (feed !== undefined && !isPrompt(feed) ? feed.ids : []));
    onStep(parts.filter(({ length }) => length > 0).length);
    await compute(0, own, parts);
  };

  const work = async (): Promise<void> => {
    running = true;
    let isPromptsTurn = true;
    for (;;) {
      await setImmediate(); // whoever came or left meanwhile is heard
      arrange();
      if (texts.length === 0) break;
      const prompt = texts.findIndex(({ feed }) => feed !== undefined && isPrompt(feed));
      const others = texts.filter(({ feed }) => feed === undefined || !isPrompt(feed));
      const areReady = others.length > 0 && others.every(({ feed }) => feed !== undefined);
      if (prompt >= 0 && (isPromptsTurn || others.length === 0)) {
        await computePart(prompt);
        isPromptsTurn = false;
      } else if (areReady) {
        await computeTokens();
        isPromptsTurn = true;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    running = false;
  };

  const join = (): { readonly decoder: Decoder; readonly leave: () => void } => {
    const text: Text = {};
    joining.push(text);
    const feed = ([ids]: readonly (readonly number[])[]): Promise<Float32Array> =>
      new Promise((resolve, reject) => {
        text.feed = { ids, resolve, reject };
        wake();
        if (!running) void work();
      });
    return {
      decoder: { rows: 1, vocabularySize, contextLength, feed, reorder: () => undefined },
      leave: () => {
        text.left = true;
        wake();
      },
    };
  };

  return {
    make: (make, signal) =>
      turns.take(async () => {
        const { decoder, leave } = join();
        try {
          return await make(decoder);
        } finally {
          leave();
        }
      }, signal),
    warmUp: async () => {
      for (const slots of slotSteps(shape)) {
        caches.reserve(slots);
        for (const size of sizesOf(rows))
          await run(
            0,
            Array.from({ length: size }, () => [0]),
          );
        for (const length of STEP_LENGTHS)
          await run(0, [Array.from({ length: Math.min(length, contextLength) }, () => 0)]);
        for (let row = 0; row < rows; row += 1) caches.forget(row);
      }
      caches.reset();
    },
    close,
  };
}

const isPrompt = ({ ids }: Feed): boolean => ids.length > 1;

function sizesOf(rows: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = LEAST_ROWS; size < rows; size *= ROWS_FACTOR) sizes.push(size);
  return [...sizes, rows];
}
