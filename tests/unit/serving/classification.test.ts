import { describe, expect, it } from 'vitest';
import { predictionRecordSchema } from '../../../contracts/observation.ts';
import { classify } from '../../../serving/classification.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import { answerOf, createVersion, servedModelOf } from '../../support/served-versions.ts';

const input = { mediaType: 'text/plain', data: 'win money now' };
const [one, two] = [createVersion(1), createVersion(2)];

async function answered(model: ServedModel, subject?: string) {
  const result = await classify(model, { input, subject });
  if (result.outcome !== 'answered') throw new Error(`not answered but ${result.outcome}`);
  return result;
}
const subjects = Array.from({ length: 400 }, (_, index) => `subject-${index}`);
const armsOf = (model: ServedModel) =>
  Promise.all(subjects.map(async (it) => (await answered(model, it)).arm));

describe('a classification', () => {
  it('is answered by the champion where nothing challenges it', async () => {
    const { arm, answer, record } = await answered(servedModelOf([one], null), 'kim');
    expect([arm, answer]).toEqual(['champion', answerOf(1)]);
    const written = await record;
    expect(written).toMatchObject({ subject: 'kim', generation: 7, arm: 'champion', served: answerOf(1) });
    for (const field of ['experiment', 'step', 'shadow', 'shadowError'])
      expect(written).not.toHaveProperty(field);
  });

  it('is answered by the same arm for the same subject, and by the challenger for its share of them', async () => {
    const model = servedModelOf([one, two]);
    const [first, second] = [await armsOf(model), await armsOf(model)];
    expect(second).toEqual(first);
    const share = first.filter((arm) => arm === 'challenger').length / subjects.length;
    expect(share).toBeGreaterThan(0.18); // 0.25 ± 3 standard errors of 400 subjects
    expect(share).toBeLessThan(0.32);
  });

  it('stays with the challenger for those whom it answered when its share grows', async () => {
    const [quarter, half] = [
      await armsOf(servedModelOf([one, two])),
      await armsOf(servedModelOf([one, two], { trafficFraction: 0.5, step: 2 })),
    ];
    const moved = quarter.filter((arm, index) => arm === 'challenger' && half[index] === 'champion');
    expect(moved).toEqual([]);
  });

  it('is one subject by itself where the client names none', async () => {
    const { id, record } = await answered(servedModelOf([one, two]));
    expect((await record)?.subject).toBe(id);
  });

  it('is answered in the shadow by the other version, whichever was served', async () => {
    const model = servedModelOf([one, two], { trafficFraction: 0.5 });
    for (const subject of subjects.slice(0, 20)) {
      const { arm, answer, record } = await answered(model, subject);
      const [served, shadow] = arm === 'champion' ? [1, 2] : [2, 1];
      expect(answer.version).toBe(served);
      expect(await record).toMatchObject({ served: answerOf(served), shadow: answerOf(shadow) });
    }
  });

  it('never reaches anyone from a challenger in the shadow', async () => {
    const arms = await armsOf(servedModelOf([one, two], { mode: 'shadow', trafficFraction: 0, step: 0 }));
    expect(new Set(arms)).toEqual(new Set(['champion']));
  });

  it('is answered by the version that a tester names, and leaves no record', async () => {
    const model = servedModelOf([one, two], { mode: 'shadow', trafficFraction: 0, step: 0 });
    const named = await classify(model, { input, subject: 'kim', version: 2 });
    expect(named).toMatchObject({
      outcome: 'answered',
      arm: 'tester',
      answer: answerOf(2),
      record: undefined,
    });
    expect(await classify(model, { input, subject: 'kim', version: 9 })).toEqual({
      outcome: 'unavailable',
      reason: 'version 9 of mail-filter is not loaded: a gateway has those that its routing names',
    });
  });

  it('does not wait for the shadow', async () => {
    const slow = createVersion(2, () => new Promise(() => undefined));
    const { answer } = await answered(
      servedModelOf([one, slow], { mode: 'shadow', trafficFraction: 0 }),
      'kim',
    );
    expect(answer.version).toBe(1);
  });

  it('is recorded with the reason where the shadow fails, or cannot read the text', async () => {
    const dead = createVersion(2, () => Promise.reject(new Error('the model process has ended')));
    const blind = createVersion(2, () => Promise.resolve({ reason: 'no text' }));
    for (const [shadow, reason] of [
      [dead, 'the model process has ended'],
      [blind, 'no text'],
    ] as const) {
      const model = servedModelOf([one, shadow], { mode: 'shadow', trafficFraction: 0 });
      const written = await (await answered(model, 'kim')).record;
      expect(written).toMatchObject({ served: answerOf(1), shadowError: reason, shadowVersion: 2 });
      expect(written).not.toHaveProperty('shadow');
    }
  });

  it('is left to the champion where the challenger is gone, and still belongs to the experiment', async () => {
    const model = servedModelOf([one], { trafficFraction: 0.99 });
    expect(new Set(await armsOf(model))).toEqual(new Set(['champion']));
    const { record } = await answered(model, 'kim');
    expect(await record).toMatchObject({ arm: 'champion', experiment: 'mail-filter-2', step: 1 });
  });

  it('writes records that their readers take', async () => {
    const { record } = await answered(servedModelOf([one, two]), 'kim');
    const written = await record;
    expect(predictionRecordSchema.parse(written)).toEqual(written);
  });
});

describe('a classification that cannot be answered', () => {
  it('is unavailable where the champion is not loaded, even with a challenger that is', async () => {
    const result = await classify(servedModelOf([two]), { input, subject: 'kim' });
    expect(result).toEqual({ outcome: 'unavailable', reason: 'no version of mail-filter is in service' });
  });

  it('is unavailable before any routing is known', async () => {
    const model = { ...servedModelOf([one]), routing: () => undefined };
    expect(await classify(model, { input, subject: 'kim' })).toMatchObject({ outcome: 'unavailable' });
  });

  it('is unreadable with the reason that the version gives', async () => {
    const blind = createVersion(1, () => Promise.resolve({ reason: 'the mail has no text' }));
    const result = await classify(servedModelOf([blind], null), { input, subject: 'kim' });
    expect(result).toEqual({ outcome: 'unreadable', reason: 'the mail has no text' });
  });

  it('is the failure of the version that should have answered, not of the champion', async () => {
    const dead = createVersion(2, () => Promise.reject(new Error('the model process has ended')));
    const model = servedModelOf([one, dead], { trafficFraction: 0.99 });
    const results = await Promise.all(
      subjects.slice(0, 50).map((subject) => classify(model, { input, subject })),
    );
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(25);
    expect(failed[0]).toEqual({
      outcome: 'failed',
      version: 2,
      arm: 'challenger',
      reason: 'the model process has ended',
    });
  });
});
