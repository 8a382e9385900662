// Asks the thread that scores answers, which starts with the first of them.
import { Worker } from 'node:worker_threads';
import type { AnswerScores } from '../../contracts/model-spec/answer-scores.ts';
import type { ScoringQuestion } from './scoring-thread-main.ts';

/** Of answers: some seconds of work. What comes while so many wait is not scored. */
const mostWaiting = 1_000;

const entry = new URL('scoring-thread.mjs', import.meta.url);

type Settle = (scores: AnswerScores | undefined) => void;

/** @returns nothing where too many wait, or where the thread ended before it came to the question */
export type AskScores = (question: ScoringQuestion) => Promise<AnswerScores | undefined>;

export function createScoringThread(): { readonly ask: AskScores; readonly close: () => Promise<void> } {
  let open: { readonly thread: Worker; readonly waiting: Settle[] } | undefined;

  const start = () => {
    const thread = new Worker(entry, { execArgv: [] });
    const waiting: Settle[] = [];
    const started = { thread, waiting };
    thread.on('message', (scores: AnswerScores) => waiting.shift()?.(scores));
    thread.on('error', () => undefined); // its exit follows
    thread.on('exit', () => {
      if (open === started) open = undefined;
      for (const settle of waiting.splice(0)) settle(undefined);
    });
    thread.unref();
    return started;
  };

  return {
    ask: (question) => {
      const { thread, waiting } = (open ??= start());
      if (waiting.length >= mostWaiting) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting.push(resolve);
        thread.postMessage(question);
      });
    },
    close: async () => {
      await open?.thread.terminate();
    },
  };
}
