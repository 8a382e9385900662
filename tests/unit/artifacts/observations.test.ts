import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog, joinLabels } from '../../../artifacts/observations.ts';
import type { FeedbackRecord, Observation, PredictionRecord } from '../../../contracts/observation.ts';
import type { FaultyObjectStore } from '../../support/faulty-object-store.ts';
import { createFaultyObjectStore } from '../../support/faulty-object-store.ts';

const model = 'mail-filter';
const start = Date.parse('2026-05-01T08:59:00.000Z');
const timeAt = (second: number): string => new Date(start + second * 1_000).toISOString();

const prediction = (id: string, second: number, label = 'spam'): PredictionRecord => ({
  kind: 'prediction',
  id,
  at: timeAt(second),
  model,
  subject: id,
  generation: 1,
  arm: 'champion',
  served: { version: 1, label, probabilities: { spam: 0.9, ham: 0.1 }, latencyMs: 3 },
});
const feedback = (id: string, second: number, label = 'ham'): FeedbackRecord => ({
  kind: 'feedback',
  prediction: id,
  label,
  at: timeAt(second),
});

describe('observation log', () => {
  let objects: FaultyObjectStore;
  let second: number;
  const logOf = (replica: string) =>
    createObservationLog(objects, { replica, now: () => new Date(start + second * 1_000) });
  const since = (from: number) => ({ since: new Date(start + from * 1_000) });
  beforeEach(() => {
    objects = createFaultyObjectStore(createMemoryObjectStore());
    second = 0;
  });

  it('gives back what replicas wrote, in the order of time, across hours', async () => {
    const [one, two] = [logOf('one'), logOf('two')];
    const written: Observation[] = [];
    for (const [index, log] of [one, two, one, two].entries()) {
      second = index * 40;
      const records = [prediction(`p${index}`, second), feedback(`p${index}`, second)];
      await log.append(model, records);
      written.push(...records);
    }
    expect(objects.puts.map((key) => key.split('/')[2])).toEqual([
      '2026-05-01T08',
      '2026-05-01T08',
      '2026-05-01T09',
      '2026-05-01T09',
    ]);
    expect(objects.puts[1]).toBe(`observations/${model}/2026-05-01T08/${start + 40_000}-two-000001.jsonl`);
    expect(await logOf('reader').read(model, since(0))).toEqual(written);
    expect(await logOf('reader').read('other', since(0))).toEqual([]);
  });

  it('gives back what is not older than asked', async () => {
    const log = logOf('one');
    for (second = 0; second < 200; second += 50) await log.append(model, [prediction(`p${second}`, second)]);
    const ids = (await log.read(model, since(100))).map((record) =>
      record.kind === 'prediction' ? record.id : '',
    );
    expect(ids).toEqual(['p100', 'p150']);
  });

  it('keeps apart what one replica writes within a millisecond, and writes nothing for nothing', async () => {
    const log = logOf('one');
    await log.append(model, [prediction('a', 0)]);
    await log.append(model, [prediction('b', 0)]);
    await log.append(model, []);
    expect(await log.read(model, since(0))).toHaveLength(2);
    expect(objects.puts).toHaveLength(2);
  });

  it('writes a segment under its name and hour, however often, and counts each record once by its id', async () => {
    const log = logOf('one');
    const segment = { name: '1-two-000001.jsonl', time: new Date(start) };
    const given = { ...feedback('p', 0), id: 'f' };
    await log.append(model, [prediction('p', 0), given], segment);
    await log.append(model, [prediction('p', 0), given], segment);
    await log.append(model, [given, feedback('p', 1), feedback('p', 1)]);
    expect(objects.puts[1]).toBe(`observations/${model}/2026-05-01T08/1-two-000001.jsonl`);
    expect(await log.read(model, since(0))).toEqual([
      prediction('p', 0),
      given,
      feedback('p', 1),
      feedback('p', 1), // of earlier gateways, without ids
    ]);
  });

  it('reads an object once', async () => {
    const log = logOf('one');
    await log.append(model, [prediction('a', 0)]);
    await log.read(model, since(0));
    await log.append(model, [prediction('b', 1)]);
    objects.reads.length = 0;
    expect(await log.read(model, since(0))).toHaveLength(2);
    expect(objects.reads).toEqual([`observations/${model}/`, objects.puts[1]]);
  });

  it('names the line of an object that is no observation', async () => {
    await objects.put(
      `observations/${model}/2026-05-01T09/1-x-000001.jsonl`,
      Buffer.from('{"kind":"guess"}\n'),
    );
    const message = expect.stringMatching(/1-x-000001\.jsonl, line 1 is not/) as string;
    await expect(logOf('one').read(model, since(0))).rejects.toMatchObject({ type: 'InvalidInput', message });
  });
});

describe('joining labels', () => {
  it('joins a label to its prediction, whichever was written first', () => {
    const { labelled, unlabelled, unknownLabels } = joinLabels([
      feedback('b', 9),
      prediction('a', 1),
      prediction('b', 2),
      prediction('c', 0),
      feedback('a', 5, 'spam'),
    ]);
    expect(labelled.map(({ prediction: { id }, label, labelledAt }) => [id, label, labelledAt])).toEqual([
      ['a', 'spam', timeAt(5)],
      ['b', 'ham', timeAt(9)],
    ]);
    expect(unlabelled.map(({ id }) => id)).toEqual(['c']);
    expect(unknownLabels).toBe(0);
  });

  it('counts a prediction once that was written twice, and a label without a prediction as unknown', () => {
    const twice = [
      prediction('a', 1, 'spam'),
      prediction('a', 1, 'ham'),
      feedback('a', 2),
      feedback('x', 2),
      feedback('x', 3),
    ];
    const { labelled, unknownLabels } = joinLabels(twice);
    expect(labelled.map(({ prediction: { served } }) => served.label)).toEqual(['spam']);
    expect(unknownLabels).toBe(1);
  });

  it('lets the latest label win, and the last written of two at the same time', () => {
    const labelsOf = (...records: FeedbackRecord[]) =>
      joinLabels([prediction('a', 0), ...records]).labelled[0].label;
    expect(labelsOf(feedback('a', 5, 'late'), feedback('a', 3, 'early'))).toBe('late');
    expect(labelsOf(feedback('a', 5, 'first'), feedback('a', 5, 'second'))).toBe('second');
  });

  it('accounts for every prediction and every label exactly once', () => {
    const id = fc.integer({ min: 0, max: 12 }).map(String);
    const record = fc.oneof(
      fc.tuple(id, fc.nat(50)).map(([name, second]) => prediction(name, second)),
      fc.tuple(id, fc.nat(50)).map(([name, second]) => feedback(name, second)),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        const { labelled, unlabelled, unknownLabels } = joinLabels(records);
        const predictions = new Set(
          records.flatMap((given) => (given.kind === 'prediction' ? [given.id] : [])),
        );
        const labels = new Set(
          records.flatMap((given) => (given.kind === 'feedback' ? [given.prediction] : [])),
        );
        const joined = [
          ...labelled.map(({ prediction: { id: name } }) => name),
          ...unlabelled.map(({ id: name }) => name),
        ];
        expect(joined.toSorted()).toEqual([...predictions].toSorted());
        expect(labelled.length + unknownLabels).toBe(labels.size);
        expect(labelled.every(({ prediction: { id: name } }) => labels.has(name))).toBe(true);
      }),
    );
  });
});
