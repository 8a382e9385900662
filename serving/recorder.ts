// Writes answers and labels down in batches, joins them for the quality metrics, and survives a store that is away.
import type { ObservationLog } from '../artifacts/observations.ts';
import type {
  CompletionRecord,
  FeedbackRecord,
  Observation,
  PredictionRecord,
} from '../contracts/observation.ts';

/** Answers that a label may still come for, kept in memory; older ones are joined from the log by the judges. */
const rememberedAnswers = 20_000;
/** Labels that came before their answer, which is recorded only once its shadow has answered. */
const rememberedEarlyLabels = 2_000;
/** While the store is away so many records wait; beyond that the oldest are lost, and counted. */
const waitingRecords = 100_000;

export interface RecorderDependencies {
  readonly log: ObservationLog;
  /** Called once for each label that finds its answer. */
  readonly onLabelled: (prediction: PredictionRecord, label: string) => void;
  readonly onLost: (records: number) => void;
  readonly warn: (message: string) => void;
}

export function createRecorder({ log, onLabelled, onLost, warn }: RecorderDependencies) {
  const answers = new Map<string, PredictionRecord>();
  const labelled = new Set<string>();
  const earlyLabels = new Map<string, string>();
  const waiting = new Map<string, Observation[]>();
  let flushing: Promise<void> = Promise.resolve();

  const enqueue = (model: string, record: Observation): void => {
    const records = waiting.get(model) ?? [];
    records.push(record);
    if (records.length > waitingRecords) onLost(records.splice(0, records.length - waitingRecords).length);
    waiting.set(model, records);
  };

  const flushModel = async (model: string, records: Observation[]): Promise<void> => {
    waiting.delete(model);
    try {
      await log.append(model, records);
    } catch (error) {
      waiting.set(model, [...records, ...(waiting.get(model) ?? [])]);
      warn(
        `${records.length} records wait for the store: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };

  const join = ({ prediction, label }: Pick<FeedbackRecord, 'prediction' | 'label'>): void => {
    if (labelled.has(prediction)) return; // a corrected label enters the judges' join, not this window
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

  return {
    recordAnswer: (record: PredictionRecord): void => {
      rememberAnswer(record);
      enqueue(record.model, record);
    },
    /** No label will come for it. */
    recordCompletion: (record: CompletionRecord): void => enqueue(record.model, record),
    recordFeedback: (model: string, record: FeedbackRecord): void => {
      join(record);
      enqueue(model, record);
    },
    /** Takes up what an earlier gateway wrote, so that labels for its answers still count here. */
    replay: (observations: readonly Observation[]): void => {
      for (const observation of observations) {
        if (observation.kind === 'prediction') rememberAnswer(observation);
        else if (observation.kind === 'feedback') join(observation);
      }
    },
    flush: (): Promise<void> => {
      flushing = flushing.then(async () => {
        await Promise.all([...waiting].map(([model, records]) => flushModel(model, records)));
      });
      return flushing;
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
