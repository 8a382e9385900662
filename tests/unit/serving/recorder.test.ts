import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedbackRecord, PredictionRecord } from '../../../contracts/observation.ts';
import { OutboxRefusal } from '../../../serving/outbox/outbox.ts';
import type { OutboxEntry } from '../../../serving/outbox/segments.ts';
import { createRecorder } from '../../../serving/recorder.ts';
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
const feedbackOf = (prediction: string, label = 'spam'): FeedbackRecord & { id: string } => ({
  kind: 'feedback',
  id: `${label} for ${prediction}`,
  prediction,
  label,
  at,
});

describe('recorder', () => {
  let written: OutboxEntry[];
  let refuses: boolean;
  let labelled: string[];
  let recorder: ReturnType<typeof createRecorder>;

  beforeEach(() => {
    [written, refuses, labelled] = [[], false, []];
    recorder = createRecorder({
      outbox: {
        append: async (entries) => {
          await Promise.resolve();
          if (refuses) throw new OutboxRefusal('full');
          written.push(...entries);
        },
      },
      onLabelled: ({ id }, label) => labelled.push(`${id} ${label}`),
    });
  });

  it('writes answers and feedback down in order, each with its model', async () => {
    recorder.recordAnswer(predictionOf('a'));
    recorder.recordAnswer(predictionOf('b', 'help-ko'));
    await recorder.recordFeedback('mail-filter', feedbackOf('a'));
    expect(written).toEqual([
      { model: 'mail-filter', record: predictionOf('a') },
      { model: 'help-ko', record: predictionOf('b', 'help-ko') },
      { model: 'mail-filter', record: feedbackOf('a') },
    ]);
  });

  it('tells of feedback that was not written down, joins none of it, and answers go on', async () => {
    recorder.recordAnswer(predictionOf('a'));
    refuses = true;
    await expect(recorder.recordFeedback('mail-filter', feedbackOf('a'))).rejects.toThrow(OutboxRefusal);
    recorder.recordAnswer(predictionOf('b'));
    expect(labelled).toEqual([]);
    refuses = false;
    await recorder.recordFeedback('mail-filter', feedbackOf('b'));
    expect(labelled).toEqual(['b spam']);
  });

  it('tells of a label once, with the answer that it is for', async () => {
    recorder.recordAnswer(predictionOf('a'));
    await recorder.recordFeedback('mail-filter', feedbackOf('a', 'spam'));
    await recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    expect(labelled).toEqual(['a spam']);
    expect(written).toHaveLength(3); // judges see the correction
  });

  it('writes a label down whose answer it does not know, and tells of none', async () => {
    await recorder.recordFeedback('mail-filter', feedbackOf('unknown'));
    expect(labelled).toEqual([]);
    expect(written).toHaveLength(1);
  });

  it('tells of a label that came before its answer was recorded, which waits for its shadow', async () => {
    await recorder.recordFeedback('mail-filter', feedbackOf('a', 'spam'));
    await recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    recorder.recordAnswer(predictionOf('a'));
    await recorder.recordFeedback('mail-filter', feedbackOf('a', 'ham'));
    expect(labelled).toEqual(['a spam']);
  });

  it('keeps the newest labels of answers that it does not know, and no more than some', async () => {
    for (let index = 0; index <= 2_000; index += 1)
      await recorder.recordFeedback('mail-filter', feedbackOf(`${index}`));
    for (const id of ['0', '1', '2000']) recorder.recordAnswer(predictionOf(id));
    expect(labelled).toEqual(['1 spam', '2000 spam']);
  });

  it('takes up what an earlier gateway wrote, so that its answers still find their labels', async () => {
    recorder.replay([predictionOf('a'), predictionOf('b')]);
    await recorder.recordFeedback('mail-filter', feedbackOf('b'));
    expect(labelled).toEqual(['b spam']);
    expect(written).toHaveLength(1);
  });

  it('joins labels that an earlier gateway wrote, even before the answer that they are for', () => {
    recorder.replay([feedbackOf('a'), predictionOf('a')]);
    expect(labelled).toEqual(['a spam']);
  });
});
