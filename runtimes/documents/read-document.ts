// Papers and books to text, one at a time, in a thread that is ended where a document takes too long or too much.
import { Worker } from 'node:worker_threads';
import type { DocumentReader, ReadDocument } from '../../pipeline/cleaning/decode-document.ts';

export interface DocumentQuestion {
  readonly kind: 'pdf' | 'epub';
  readonly bytes: Uint8Array;
}

export type DocumentAnswer = Awaited<ReturnType<ReadDocument>>;

const LONGEST_MS = 120_000; // a thousand pages take a minute on a busy core
const MOST_HEAP_MB = 1_024;

const entry = new URL('document-thread.mjs', import.meta.url);

function openThread() {
  const thread = new Worker(entry, {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  thread.unref(); // an idle one keeps no process alive
  thread.on('error', () => undefined); // each question hears it itself
  return thread;
}

/** @returns the answer; nothing where the thread is at its end */
async function ask(thread: Worker, question: DocumentQuestion, timeoutMs: number): Promise<DocumentAnswer> {
  return new Promise((resolve) => {
    const finish = (answer: DocumentAnswer): void => {
      clearTimeout(timer);
      thread.off('message', finish).off('error', fail).off('exit', leave);
      resolve(answer);
    };
    const fail = (error: Error): void => {
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      finish({ reason: isMemory ? 'document-too-large' : `${question.kind}-damaged` });
    };
    const leave = (): void => finish({ reason: `${question.kind}-damaged` });
    const timer = setTimeout(() => finish({ reason: 'document-takes-too-long' }), timeoutMs);
    thread.on('message', finish).on('error', fail).on('exit', leave);
    thread.postMessage(question);
  });
}

/** Reasons after which the thread is not what it was. */
const fatal = new Set(['document-takes-too-long', 'document-too-large', 'pdf-damaged', 'epub-damaged']);

/**
 * Makes a reader; its thread starts with the first document.
 * @param options.timeoutMs for one document
 */
export function createDocumentReader({ timeoutMs = LONGEST_MS } = {}): DocumentReader {
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const close = async (): Promise<void> => {
    const open = thread;
    thread = undefined;
    await open?.terminate();
  };

  const readNow = async (question: DocumentQuestion): Promise<DocumentAnswer> => {
    thread ??= openThread();
    const answer = await ask(thread, question, timeoutMs);
    if ('reason' in answer && fatal.has(answer.reason)) await close();
    return answer;
  };

  return {
    read: (bytes, kind) => {
      const answer = last.then(() => readNow({ kind, bytes }));
      last = answer.catch(() => undefined);
      return answer;
    },
    close,
  };
}
