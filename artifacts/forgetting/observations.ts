// Answers to a subject, their texts, and what was said of them. An object never changes: one that holds the subject is written anew without it, under a name that sorts in its place, and removed.
import type { ForgettingSurvey } from '../../contracts/forgetting.ts';
import { type Recorded, recordedSchema } from '../../contracts/observation.ts';
import { parseJson } from '../artifact-store.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';

const prefixes = ['observations/', 'captures/'];
const readsInFlight = 16;

type IsName = (name: string) => boolean;

interface LogObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lines: readonly { readonly text: string; readonly record: Recorded }[];
}

async function readLines(objects: ObjectStore, key: string): Promise<LogObject['lines']> {
  const bytes = await readObject(objects, key);
  const lines = bytes?.toString().split('\n').filter(Boolean) ?? [];
  return lines.map((text, index) => ({
    text,
    record: parseJson(text, recordedSchema, `${key}, line ${index + 1}`),
  }));
}

async function* readLog(objects: ObjectStore, signal?: AbortSignal): AsyncGenerator<LogObject> {
  const found: { key: string; sizeBytes: number }[] = [];
  for (const prefix of prefixes)
    for await (const { key, sizeBytes } of objects.list(prefix)) found.push({ key, sizeBytes });
  for (let start = 0; start < found.length; start += readsInFlight) {
    signal?.throwIfAborted();
    const batch = found.slice(start, start + readsInFlight);
    const read = await Promise.all(batch.map(({ key }) => readLines(objects, key)));
    for (const [index, lines] of read.entries()) yield { ...batch[index], lines };
  }
}

/** An answer goes by its subject or its id, feedback by the ids of the answers that it is about. */
export function namesIn(record: Recorded): string[] {
  if (record.kind !== 'feedback') return [record.subject, record.id];
  const { chosen, rejected } = record.preference ?? {};
  const sides = [chosen, rejected].flatMap((side) => (side && 'response' in side ? [side.response] : []));
  return [record.prediction, ...sides];
}

const concerns = (record: Recorded, isName: IsName): boolean => namesIn(record).some(isName);

/**
 * Objects that hold answers to a subject, or labels of those.
 * @param options.onAnswer called with the id of each answer: its labels go by that
 */
export async function findObservations(
  objects: ObjectStore,
  isName: IsName,
  options: { readonly onAnswer: (id: string) => void; readonly signal?: AbortSignal },
): Promise<ForgettingSurvey['observations']> {
  const answers = new Set<string>();
  for await (const { lines } of readLog(objects, options.signal)) {
    for (const { record } of lines) {
      if (record.kind !== 'feedback' && concerns(record, isName)) answers.add(record.id);
    }
  }
  for (const id of answers) options.onAnswer(id);
  const found: ForgettingSurvey['observations'] = [];
  for await (const { key, lines, sizeBytes } of readLog(objects, options.signal)) {
    const held = lines.filter(({ record }) => concerns(record, (name) => answers.has(name) || isName(name)));
    if (held.length === 0) continue;
    const predictions = held.filter(({ record }) => record.kind !== 'feedback').length;
    const model = key.split('/')[1];
    found.push({ key, model, predictions, labels: held.length - predictions, sizeBytes });
  }
  return found;
}

/** `…-000007.jsonl` → `…-000007-f1.jsonl` → `…-000007-f2.jsonl`: `-` sorts before `.`, so each stays in its place. */
function nextName(key: string): string {
  const [, stem, turn = '0'] = /^(.*?)(?:-f(\d+))?\.jsonl$/.exec(key) ?? [key, key];
  return `${stem}-f${Number(turn) + 1}.jsonl`;
}

/**
 * Writes an object anew without what concerns the names. The new one stands before the old one goes; what is read
 * twice in between counts once (joinLabels). What is gone already is passed over.
 */
export async function purgeObservations(objects: ObjectStore, key: string, isName: IsName): Promise<void> {
  const lines = await readLines(objects, key);
  const kept = lines.filter(({ record }) => !concerns(record, isName));
  if (kept.length === lines.length) return;
  if (kept.length > 0) {
    const body = kept.map(({ text }) => `${text}\n`).join('');
    await objects.put(nextName(key), Buffer.from(body), { contentType: 'application/jsonl' });
  }
  await objects.remove(key);
}
