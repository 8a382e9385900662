// The thread that scores answers: lists of words take a millisecond or two a page, in which the gateway would answer nobody.
import { parentPort } from 'node:worker_threads';
import type { AnswerScores, AnswerScoring } from '../../contracts/model-spec/answer-scores.ts';
import { createListScores } from '../../pipeline/cleaning/harmful/list-scores.ts';
import { scoreAnswer } from '../../pipeline/evaluation/generation/answer-scores.ts';
import { createAnalysers } from '../../runtimes/languages/analysers.ts';

/** Answered in order, each with one `AnswerScores`. */
export interface ScoringQuestion {
  readonly texts: readonly string[];
  readonly scoring: AnswerScoring;
}

const scoreHarm = await createListScores(['en', 'ko'], createAnalysers());

parentPort?.on('message', ({ texts, scoring }: ScoringQuestion) => {
  parentPort?.postMessage(scoreAnswer(texts, scoring, scoreHarm) satisfies AnswerScores);
});
