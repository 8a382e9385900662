import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { openPreferenceStudies } from '../../../artifacts/preference-studies.ts';
import { studyRequestSchema } from '../../../contracts/preference-study.ts';
import { createPreferences, type Preferences } from '../../../control/preferences.ts';

let preferences: Preferences;
const study = studyRequestSchema.parse({
  ...{ name: 'titles', by: 'kim', instructions: 'Which title fits?' },
  items: [
    { id: 'one', prompt: '하나', answers: { old: '첫 제목', new: '둘째 제목', same: '둘째 제목' } },
    { id: 'two', prompt: 'two', answers: { old: 'A', new: 'B', same: 'C' } },
    { id: 'three', prompt: 'three', answers: { old: 'as one', new: 'as one' } },
  ],
});
beforeEach(async () => {
  preferences = createPreferences(openPreferenceStudies(createMemoryObjectStore()));
  expect(await preferences.create(study)).toBe(true);
});

/** Judges all that a person is shown, by a rule over the two texts. */
async function judgeAll(by: string, prefers: (left: string, right: string) => 'left' | 'right' | 'neither') {
  const shown = [];
  for (let next = await preferences.next('titles', by); next?.comparison; ) {
    const { item, left, right } = next.comparison;
    shown.push([item, left, right] as const);
    expect(
      await preferences.judge('titles', { item, left, right, by, preferred: prefers(left, right) }),
    ).toBe(true);
    next = await preferences.next('titles', by);
  }
  return shown;
}
const first = (left: string, right: string) => (left < right ? 'left' : 'right');

describe('a preference study', () => {
  it('shows each person every two different answers once, and says when all are judged', async () => {
    expect(await preferences.next('titles', 'kim')).toMatchObject({
      judged: 0,
      of: 4,
      instructions: 'Which title fits?',
    });
    const shown = await judgeAll('kim', first);
    expect(shown.map(([item]) => item).sort()).toEqual(['one', 'two', 'two', 'two']);
    expect(await preferences.next('titles', 'kim')).toEqual({
      judged: 4,
      of: 4,
      instructions: 'Which title fits?',
    });
    expect(await preferences.next('titles', 'lee')).toMatchObject({ judged: 0, of: 4 });
  });

  it('counts one word for all systems that answered the same', async () => {
    await judgeAll('kim', (left) => (left.startsWith('둘째') ? 'left' : first(left, '둘째')));
    const state = await preferences.state('titles');
    expect(state?.scores.judgements).toBe(2 + 3);
    expect(state?.people).toEqual(['kim']);
  });

  it('takes a later word of the same person in place of the earlier', async () => {
    const word = { item: 'two', left: 'A', right: 'B', by: 'kim' };
    await preferences.judge('titles', { ...word, preferred: 'left' });
    await preferences.judge('titles', { ...word, preferred: 'right' });
    await preferences.judge('titles', { ...word, left: 'B', right: 'A', preferred: 'neither' });
    const systems = (await preferences.state('titles'))?.scores.systems ?? [];
    expect(systems.map(({ system, preferred, ties }) => [system, preferred, ties])).toEqual([
      ['new', 0, 1],
      ['old', 0, 1],
      ['same', 0, 0],
    ]);
  });

  it('shows first what fewest have judged', async () => {
    await preferences.judge('titles', {
      item: 'one',
      left: '첫 제목',
      right: '둘째 제목',
      by: 'kim',
      preferred: 'left',
    });
    const shown = await judgeAll('lee', first);
    expect(shown.at(-1)?.[0]).toBe('one');
  });

  it('puts answers on either side', async () => {
    const lefts = new Set<string>();
    for (let person = 0; person < 20; person += 1) {
      for (const [item, left, right] of await judgeAll(`person ${person}`, first))
        if (item === 'one') lefts.add(left < right ? 'first on the left' : 'first on the right');
    }
    expect(lefts.size).toBe(2);
  });

  it('gives pairs for preference tuning, and none of a tie', async () => {
    await preferences.judge('titles', { item: 'two', left: 'B', right: 'A', by: 'kim', preferred: 'left' });
    await preferences.judge('titles', {
      item: 'two',
      left: 'B',
      right: 'C',
      by: 'kim',
      preferred: 'neither',
    });
    expect(await preferences.pairs('titles')).toEqual([
      { prompt: 'two', chosen: 'B', rejected: 'A', by: 'kim' },
    ]);
  });

  it('refuses a word on answers that it does not have, and knows no other study', async () => {
    const word = { item: 'two', left: 'A', right: 'B', by: 'kim', preferred: 'left' as const };
    for (const wrong of [{ left: 'Z' }, { right: 'A' }, { item: 'four' }, { item: 'one' }])
      expect(await preferences.judge('titles', { ...word, ...wrong })).toBe(false);
    expect(await preferences.judge('others', word)).toBeUndefined();
    expect(await preferences.state('others')).toBeUndefined();
    expect(await preferences.create(study)).toBe(false);
    expect(await preferences.names()).toEqual(['titles']);
  });
});

describe('what a study may be made from', () => {
  it.each([
    ['two items of one id', { items: [study.items[0], study.items[0]] }, 'a second item has the id one'],
    ['one answer', { items: [{ id: 'x', prompt: '', answers: { old: 'A' } }] }, 'answers of two systems'],
    ['no items', { items: [] }, '>=1'],
    ['a name with a slash', { name: 'a/b' }, 'lower-case letters'],
  ])('is refused with %s', (_what, overrides, message) => {
    const { error } = studyRequestSchema.safeParse({ ...study, ...overrides });
    expect(error?.message).toContain(message);
  });
});
