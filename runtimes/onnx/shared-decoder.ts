// Texts that several threads share out: each computes some of them, with a model of its own, at the same time as the others.
// A small model's operations are too short for threads to share each of them.
import { Worker } from 'node:worker_threads';
import type { CachedDecoder } from '../../pipeline/generation/cached-decoder.ts';
import type { DecoderAnswer, DecoderQuestion, DecoderThreadData } from './decoder-thread-main.ts';

/** Texts that a thread more is worth its messages for. */
const LEAST_ROWS = 4;

const entry = new URL('decoder-thread.mjs', import.meta.url);

/** Texts of it stay where they are. */
export type SharedDecoder = Omit<CachedDecoder, 'reorder'>;

export interface DecoderThreads {
  /** @param own makes a decoder in this thread, which takes part */
  readonly share: (rows: number, own: (rows: number) => CachedDecoder) => SharedDecoder;
  readonly close: () => Promise<void>;
}

/** @param count threads that compute, this one among them; the others start when they are first needed */
export function createDecoderThreads(count: number, data: DecoderThreadData): DecoderThreads {
  const threads: DecoderThread[] = [];
  let decoders = 0;
  const threadAt = (index: number): DecoderThread => (threads[index] ??= openDecoderThread(data));
  return {
    share: (rows, own) => {
      const parts = partsOf(rows, Math.min(count, Math.floor(rows / LEAST_ROWS)));
      const first = own(parts[0].end);
      if (parts.length === 1) return first;
      const decoder = (decoders += 1);
      const others = parts.slice(1).map((part, index) => ({ ...part, thread: threadAt(index) }));
      const tell = (forget: 'texts' | 'decoder'): void => {
        for (const { thread } of others) thread.tell({ decoder, forget });
      };
      const { vocabularySize, contextLength } = first;
      return {
        ...{ rows, vocabularySize, contextLength },
        feed: async (tokens) => {
          // The others begin before this thread stands still.
          const asked = others.map(({ thread, begin, end }) =>
            thread.ask({ decoder, tokens: tokens.slice(begin, end) }),
          );
          const [here, ...found] = await Promise.all([first.feed(tokens.slice(0, parts[0].end)), ...asked]);
          const logits = new Float32Array(rows * vocabularySize);
          logits.set(here);
          for (const [index, { begin }] of others.entries()) logits.set(found[index], begin * vocabularySize);
          return logits;
        },
        reset: () => {
          first.reset();
          tell('texts');
        },
        close: async () => {
          tell('decoder');
          await first.close();
        },
      };
    },
    close: async () => {
      await Promise.all(threads.splice(0).map(({ close }) => close()));
    },
  };
}

interface Part {
  readonly begin: number;
  readonly end: number;
}

/** Rows in parts that differ by one at most. */
function partsOf(rows: number, count: number): readonly [Part, ...Part[]] {
  const at = (part: number): number => Math.floor((part * rows) / Math.max(1, count));
  const rest = Array.from({ length: Math.max(1, count) - 1 }, (_, index) => ({
    begin: at(index + 1),
    end: at(index + 2),
  }));
  return [{ begin: 0, end: at(1) }, ...rest];
}

interface DecoderThread {
  readonly ask: (question: Extract<DecoderQuestion, { tokens: unknown }>) => Promise<Float32Array>;
  readonly tell: (question: DecoderQuestion) => void;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

function openDecoderThread(data: DecoderThreadData): DecoderThread {
  const thread = new Worker(entry, { workerData: data, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let ended: Error | undefined;
  thread.on('message', (answer: DecoderAnswer) => {
    const asker = waiting.get(answer.decoder);
    waiting.delete(answer.decoder);
    if (waiting.size === 0) thread.unref();
    if ('logits' in answer) asker?.resolve(answer.logits);
    else asker?.reject(answer.error);
  });
  thread.on('error', (error) => (ended = error));
  thread.on('exit', (code) => {
    ended ??= new Error(`a thread that generates ended with ${code}`);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  });
  thread.unref();
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) throw ended;
        waiting.set(question.decoder, { resolve, reject });
        thread.ref(); // nobody else may wait for it
        thread.postMessage(question);
      }),
    tell: (question) => thread.postMessage(question),
    close: async () => {
      await thread.terminate();
    },
  };
}
