// What gateways observed: answers and feedback, appended as small JSONL objects that never change,
// `observations/<model>/<yyyy-mm-ddThh>/<ms>-<replica>-<seq>.jsonl`, and joined again when quality is judged.
import { randomUUID } from 'node:crypto';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { FeedbackRecord, Observation, PredictionRecord, Recorded } from '../contracts/observation.ts';
import { observationSchema } from '../contracts/observation.ts';
import { parseJson } from './artifact-store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

/** Records that a reader keeps parsed, some 500 bytes each. */
const cachedRecordsAtMost = 400_000;
/** Objects read at once. */
const readsInFlight = 16;

export interface ObservationLog {
  /**
   * Writes the records as one object, and texts as another, `captures/…`, since they are not kept as long; nothing for none.
   * @param segment the objects' name and hour: repeated, they are the same objects. Default: one of its own
   */
  append(model: string, records: readonly Recorded[], segment?: ObservationSegment): Promise<void>;
  /**
   * @param options.since records from this time on; objects are found by the hour in which they were written
   * @returns records in the order in which they were written, each once by its kind and id
   */
  read(model: string, options: { readonly since: Date }): Promise<Observation[]>;
}

/** Where records were gathered before they came here. */
export interface ObservationSegment {
  /** Unique, and sorted by time. */
  readonly name: string;
  /** No record in it is of a later hour. */
  readonly time: Date;
}

export interface ObservationLogOptions {
  /** Names the writing process; unique among those that write at the same time. */
  readonly replica?: string;
  readonly now?: () => Date;
}

export function createObservationLog(
  objects: ObjectStore,
  options: ObservationLogOptions = {},
): ObservationLog {
  const { replica = randomUUID().slice(0, 8), now = () => new Date() } = options;
  const parsed = new Map<string, Observation[]>();
  let cachedRecords = 0;
  let sequence = 0;

  function nextSegment(): ObservationSegment {
    const time = now();
    sequence += 1;
    return { name: `${time.getTime()}-${replica}-${String(sequence).padStart(6, '0')}.jsonl`, time };
  }

  async function readOne(key: string): Promise<Observation[]> {
    const known = parsed.get(key);
    if (known) return known;
    const bytes = await readObject(objects, key);
    if (bytes === undefined) return []; // forgotten between listing and reading
    const lines = bytes.toString().split('\n').filter(Boolean);
    const records = lines.map((line, index) =>
      parseJson(line, observationSchema, `${key}, line ${index + 1}`),
    );
    parsed.set(key, records);
    cachedRecords += records.length;
    for (const [oldest, { length }] of parsed) {
      if (cachedRecords <= cachedRecordsAtMost) break;
      parsed.delete(oldest);
      cachedRecords -= length;
    }
    return records;
  }

  /** What is listed no more has been forgotten, here as well. */
  function forgetAllBut(listed: readonly string[], isRead: (key: string) => boolean): void {
    const keys = new Set(listed);
    for (const [key, { length }] of parsed) {
      if (keys.has(key) || !isRead(key)) continue;
      parsed.delete(key);
      cachedRecords -= length;
    }
  }

  return {
    async append(model, records, segment = nextSegment()) {
      const { name, time } = segment;
      const write = async (prefix: string, written: readonly Recorded[]) => {
        if (written.length === 0) return;
        const body = written.map((record) => `${canonicalJson(record)}\n`).join('');
        const key = `${prefix}/${model}/${hourOf(time)}/${name}`;
        await objects.put(key, Buffer.from(body), { contentType: 'application/jsonl' });
      };
      const isCapture = ({ kind }: Recorded) => kind === 'capture';
      await write(
        'observations',
        records.filter((record) => !isCapture(record)),
      );
      await write('captures', records.filter(isCapture));
    },

    async read(model, { since }) {
      const keys: string[] = [];
      const prefix = `observations/${model}/`;
      const after = `${prefix}${hourOf(since)}`;
      for await (const { key } of objects.list(prefix, { after })) keys.push(key);
      forgetAllBut(keys, (key) => key.startsWith(prefix) && key > after);
      const records: Observation[] = [];
      for (let start = 0; start < keys.length; start += readsInFlight) {
        const batch = await Promise.all(keys.slice(start, start + readsInFlight).map(readOne));
        records.push(...batch.flat());
      }
      return withoutRepeats(records).filter(({ at }) => Date.parse(at) >= since.getTime());
    },
  };
}

/** What was shipped again after a kill stands in two objects, and counts once. */
function withoutRepeats(records: readonly Observation[]): Observation[] {
  const seen = new Set<string>();
  return records.filter(({ kind, id }) => {
    if (id === undefined) return true;
    const key = `${kind} ${id}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** `2026-03-01T08`, UTC. */
function hourOf(time: Date): string {
  if (Number.isNaN(time.getTime()))
    throw new CoppiceFailure('InvalidInput', 'an observation needs a valid time');
  return time.toISOString().slice(0, 13);
}

/** A prediction whose true label has come. */
export interface LabelledPrediction {
  readonly prediction: PredictionRecord;
  readonly label: string;
  readonly labelledAt: string;
}

export interface JoinedObservations {
  /** Each prediction once, in the order of the predictions' times. */
  readonly labelled: readonly LabelledPrediction[];
  /** Predictions without a label so far, in the same order. */
  readonly unlabelled: readonly PredictionRecord[];
  /** Labels of predictions that are not among the records. */
  readonly unknownLabels: number;
}

const isPrediction = (record: Observation): record is PredictionRecord => record.kind === 'prediction';
const isLabel = (record: Observation): record is FeedbackRecord & { label: string } =>
  record.kind === 'feedback' && record.label !== undefined;

/**
 * Joins labels to the predictions that they are for: a prediction that was written twice counts once, as first
 * written; the latest label wins, and of two at the same time the one written last.
 */
export function joinLabels(records: readonly Observation[]): JoinedObservations {
  const predictions = new Map<string, PredictionRecord>();
  for (const record of records.filter(isPrediction)) {
    if (!predictions.has(record.id)) predictions.set(record.id, record);
  }
  const labels = new Map<string, FeedbackRecord & { label: string }>();
  for (const record of records.filter(isLabel)) {
    const known = labels.get(record.prediction);
    if (!known || Date.parse(record.at) >= Date.parse(known.at)) labels.set(record.prediction, record);
  }
  const labelled: LabelledPrediction[] = [];
  const unlabelled: PredictionRecord[] = [];
  for (const prediction of [...predictions.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const label = labels.get(prediction.id);
    if (label) labelled.push({ prediction, label: label.label, labelledAt: label.at });
    else unlabelled.push(prediction);
  }
  return { labelled, unlabelled, unknownLabels: labels.size - labelled.length };
}
