import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog, type ObservationLog } from '../../../artifacts/observations.ts';
import type { FeedbackRecord, PredictionRecord } from '../../../contracts/observation.ts';
import { createRecorder } from '../../../serving/recorder.ts';
import { createFaultyObjectStore, type FaultyObjectStore } from '../../support/faulty-object-store.ts';
import { answerOf } from '../../support/served-versions.ts';

const at = '2026-05-01T12:00:00.000Z';
const predictionOf = (id: string, model = 'mail-filter'): PredictionRecord => ({
  kind: 'prediction',
  id,
  at,
  model,
  subject: id,
  generation: 1,
  arm: 'champion',
  served: answerOf(1),
});
const feedbackOf = (prediction: string, label = 'spam'): FeedbackRecord => ({
  kind: 'feedback',
  prediction,
  label,
  at,
});

describe('recorder', () => {
  let objects: FaultyObjectStore;
  let log: ObservationLog;
  let labelled: string[];
  let lost: number;
  let warnings: string[];
  const newRecorder = () =>
    createRecorder({
      log,
      onLabelled: ({ id }, label) => labelled.push(`${id} ${label}`),
      onLost: (records) => {
        lost += records;
      },
      warn: (message) => warnings.push(message),
    });
  const idsOf = async (model = 'mail-filter') =>
    (await log.read(model, { since: new Date(at) })).map((it) =>
      it.kind === 'feedback' ? `label of ${it.prediction}` : it.id,
    );

  beforeEach(() => {
    objects = createFaultyObjectStore(createMemoryObjectStore());
    log = createObservationLog(objects, { replica: 'gateway-1', now: () => new Date(at) });
    [labelled, lost, warnings] = [[], 0, []];
  });

  it('writes answers and labels down in order, a batch a model, and nothing where there is nothing', async () => {
    const recorder = newRecorder();
    recorder.recordAnswer(predictionOf('a'));
    recorder.recordAnswer(predictionOf('b', 'help-ko'));
    recorder.recordFeedback('mail-filter', feedbackOf('a'));
    await recorder.flush();
    await recorder.flush();
    expect(await idsOf()).toEqual(['a', 'label of a']);
    expect(await idsOf('help-ko')).toEqual(['b']);
    expect(objects.puts).toHaveLength(2);
  });

  it('keeps records while the store is away, and writes each of them once when it is back, in order', async () => {
    const recorder = newRecorder();
    objects.failPut = () => {
      if (warnings.length === 0) recorder.recordAnswer(predictionOf('b')); // while the first batch is under way
      return true;
    };
    recorder.recordAnswer(predictionOf('a'));
    await recorder.flush();
    await recorder.flush();
    expect(warnings.at(-1)).toMatch(/^2 records wait for the store: put .* failed$/);
    objects.failPut = () => false;
    recorder.recordAnswer(predictionOf('c'));
    await recorder.flush();
    await recorder.flush();
    expect(await idsOf()).toEqual(['a', 'b', 'c']);
    expect(lost).toBe(0);
  });

  it('loses the oldest beyond its bound, counts them, and keeps the newest', async () => {
    const recorder = newRecorder();
    objects.failPut = () => true;
    for (let index = 0; index < 100_003; index += 1)
      recorder.recordFeedback('mail-filter', feedbackOf(`${index}`));
    expect(lost).toBe(3);
    objects.failPut = () => false;
    await recorder.flush();
    const written = await idsOf();
    expect([written.length, written[0], written.at(-1)]).toEqual([100_000, 'label of 3', 'label of 100002']);
  });

  it('does not write a record twice where flushes overlap', async () => {
    const recorder = newRecorder();
    recorder.recordAnswer(predictionOf('a'));
    await Promise.all([recorder.flush(), recorder.flush(), recorder.flush()]);
    expect(await idsOf()).toEqual(['a']);
  });

  it('tells of a label once, with the answer that it is for', async () => {
    const recorder = newRecorder();
    recorder.recordAnswer(predictionOf('a'));
    recorder.recordFeedback('mail-filter', feedbackOf('a', 'spam'));
    recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    expect(labelled).toEqual(['a spam']);
    await recorder.flush();
    expect(await idsOf()).toEqual(['a', 'label of a', 'label of a']); // judges see the correction
  });

  it('writes a label down whose answer it does not know, and tells of none', async () => {
    const recorder = newRecorder();
    recorder.recordFeedback('mail-filter', feedbackOf('unknown'));
    await recorder.flush();
    expect(labelled).toEqual([]);
    expect(await idsOf()).toEqual(['label of unknown']);
  });

  it('tells of a label that came before its answer was recorded, which waits for its shadow', () => {
    const recorder = newRecorder();
    recorder.recordFeedback('mail-filter', feedbackOf('a', 'spam'));
    recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    recorder.recordAnswer(predictionOf('a'));
    recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    expect(labelled).toEqual(['a spam']);
  });

  it('keeps the newest labels of answers that it does not know, and no more than some', () => {
    const recorder = newRecorder();
    for (let index = 0; index <= 2_000; index += 1)
      recorder.recordFeedback('mail-filter', feedbackOf(`${index}`));
    for (const id of ['0', '1', '2000']) recorder.recordAnswer(predictionOf(id));
    expect(labelled).toEqual(['1 spam', '2000 spam']);
  });

  it('takes up what an earlier gateway wrote, so that its answers still find their labels', async () => {
    const earlier = newRecorder();
    for (const id of ['a', 'b']) earlier.recordAnswer(predictionOf(id));
    await earlier.flush();
    const recorder = newRecorder();
    recorder.replay(await log.read('mail-filter', { since: new Date(at) }));
    recorder.recordFeedback('mail-filter', feedbackOf('b'));
    expect(labelled).toEqual(['b spam']);
  });

  it('joins labels that an earlier gateway wrote, even before the answer that they are for', () => {
    const recorder = newRecorder();
    recorder.replay([feedbackOf('a'), predictionOf('a')]);
    expect(labelled).toEqual(['a spam']);
  });
});
