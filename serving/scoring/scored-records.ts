// Records of answers with what can be told of their texts, where the model file asks for it. Nobody waits for it: the record
// is written once the scores are there, after the answer has gone.
import { type AnswerScoring, type AsksScores, scoringOf } from '../../contracts/model-spec/answer-scores.ts';
import type { CaptureRecord, CompletionRecord } from '../../contracts/observation.ts';
import { followSpec } from '../followed-spec.ts';
import type { AskScores } from './scoring-thread.ts';

/** Characters of a text that are looked at. */
const longestText = 32_768;

/** @param texts what was answered, read only where it is scored */
export type RecordCompletion = (record: CompletionRecord, texts: () => CaptureRecord['texts']) => void;

export interface ScoredRecordsDependencies {
  readonly ask: AskScores;
  readonly record: (record: CompletionRecord) => void;
  /** What the model file says now. */
  readonly readRollout: (model: string) => Promise<AsksScores | undefined>;
}

export function createScoredRecords({ ask, record, readRollout }: ScoredRecordsDependencies) {
  const scoringFor = followSpec<AnswerScoring>(async (model) => scoringOf((await readRollout(model)) ?? {}));
  const waiting = new Set<Promise<void>>();

  const write = async (answer: CompletionRecord, texts: readonly string[], scoring: AnswerScoring) => {
    const scores = await ask({ texts, scoring });
    record(scores ? { ...answer, scores } : answer);
  };

  const recordCompletion: RecordCompletion = (answer, texts) => {
    const scoring = scoringFor(answer.model);
    if (!scoring) {
      record(answer);
      return;
    }
    const outputs = texts().map(({ output }) => output.slice(0, longestText));
    const written = write(answer, outputs, scoring).finally(() => waiting.delete(written));
    waiting.add(written);
  };

  return {
    recordCompletion,
    /** Once all that was answered has been handed on. */
    settled: async (): Promise<void> => {
      await Promise.all(waiting);
    },
  };
}
