// Writes answers and labels into the outbox, and joins them for the quality metrics.
import type {
  CompletionRecord,
  FeedbackRecord,
  Observation,
  PredictionRecord,
} from '../contracts/observation.ts';
import { createFeedbackMemory, type Told } from './feedback-memory.ts';
import type { Outbox } from './outbox/outbox.ts';

/** Answers that a label may still come for, kept in memory; older ones are joined from the log by the judges. */
const rememberedAnswers = 20_000;
/** Labels that came before their answer, which is recorded only once its shadow has answered. */
const rememberedEarlyLabels = 2_000;

export interface RecorderDependencies {
  readonly outbox: Pick<Outbox, 'append'>;
  /** Called once for each label that finds its answer. */
  readonly onLabelled: (prediction: PredictionRecord, label: string) => void;
}

export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder({ outbox, onLabelled }: RecorderDependencies) {
  const answers = new Map<string, PredictionRecord>();
  const labelled = new Set<string>();
  const earlyLabels = new Map<string, string>();
  const feedback = createFeedbackMemory();

  const join = ({ prediction, label }: Pick<FeedbackRecord, 'prediction' | 'label'>): void => {
    if (label === undefined || labelled.has(prediction)) return; // a corrected label enters the judges' join, not this window
    const answer = answers.get(prediction);
    if (answer) {
      labelled.add(prediction);
      onLabelled(answer, label);
    } else if (!earlyLabels.has(prediction)) {
      earlyLabels.set(prediction, label);
      forgetOldest(earlyLabels, rememberedEarlyLabels);
    }
  };

  const rememberAnswer = (record: PredictionRecord): void => {
    answers.set(record.id, record);
    for (const forgotten of forgetOldest(answers, rememberedAnswers)) labelled.delete(forgotten);
    const label = earlyLabels.get(record.id);
    if (label === undefined) return;
    earlyLabels.delete(record.id);
    join({ prediction: record.id, label });
  };

  /** The answer does not wait for it. What the outbox refuses, it has counted and told. */
  const writeAnswer = (record: PredictionRecord | CompletionRecord): void => {
    outbox.append([{ model: record.model, record }]).catch(() => undefined);
  };

  return {
    recordAnswer: (record: PredictionRecord): void => {
      rememberAnswer(record);
      writeAnswer(record);
    },
    /** No label will come for it. */
    recordCompletion: (record: CompletionRecord): void => writeAnswer(record),
    /**
     * What says nothing new is not written down again.
     * @returns once it is on the disk
     * @throws OutboxRefusal
     */
    recordFeedback: async (model: string, given: FeedbackRecord & { readonly id: string }): Promise<Told> => {
      const before = feedback.same(given);
      if (before) {
        await before.written;
        return before;
      }
      const replaces = feedback.replacedBy(given);
      const record = { ...given, ...(replaces !== undefined && { replaces }) };
      const written = outbox.append([{ model, record }]);
      feedback.remember(record, written);
      await written;
      join(record);
      return record;
    },
    /** Takes up what an earlier gateway wrote, so that labels for its answers still count here. */
    replay: (observations: readonly Observation[]): void => {
      for (const observation of observations) {
        if (observation.kind === 'prediction') rememberAnswer(observation);
        else if (observation.kind === 'feedback') {
          join(observation);
          const { id } = observation;
          if (id !== undefined) feedback.remember({ ...observation, id }, Promise.resolve());
        }
      }
    },
  };
}

/** @returns the keys that were removed, so that the map keeps to its size */
function forgetOldest(map: Map<string, unknown>, size: number): string[] {
  const forgotten: string[] = [];
  for (const key of map.keys()) {
    if (map.size <= size) break;
    map.delete(key);
    forgotten.push(key);
  }
  return forgotten;
}
