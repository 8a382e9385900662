import { describe, expect, it } from 'vitest';
import { createClaims } from '../../../artifacts/claims.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { describeClaims } from '../../support/claims-contract.ts';
import { createFaultyObjectStore } from '../../support/faulty-object-store.ts';
import { poll } from '../../support/poll.ts';

describeClaims('the fake', () => Promise.resolve(createMemoryObjectStore()));

describe('a claim', () => {
  const keysOf = async (objects: ReturnType<typeof createMemoryObjectStore>) => {
    const keys: string[] = [];
    for await (const { key } of objects.list('claims/')) keys.push(key);
    return keys;
  };

  it('is refused while another lives, and says who and since when', async () => {
    const objects = createMemoryObjectStore();
    const now = () => new Date('2026-05-01T10:00:00Z');
    await createClaims(objects, { now }).take('work', 'first');
    expect(await createClaims(objects, { now }).take('work', 'second')).toEqual({
      taken: false,
      holder: 'first',
      since: '2026-05-01T10:00:00.000Z',
    });
    expect(await createClaims(objects, { now }).take('other work', 'second')).toMatchObject({ taken: true });
  });

  it('lives on while it is renewed', async () => {
    const objects = createFaultyObjectStore(createMemoryObjectStore());
    const claim = await createClaims(objects, { lifetimeMs: 60 }).take('work', 'first');
    await poll('three renewals', () => objects.puts.length > 3, 5_000);
    expect(await createClaims(objects, { lifetimeMs: 60 }).take('work', 'second')).toMatchObject({
      taken: false,
    });
    if (claim.taken) await claim.release();
    expect(await keysOf(objects)).toEqual([]);
  });

  it('passes on when it is released, and leaves nothing behind', async () => {
    const objects = createMemoryObjectStore();
    const first = await createClaims(objects).take('work', 'first');
    if (first.taken) await first.release();
    const second = await createClaims(objects).take('work', 'second');
    expect(second.taken).toBe(true);
    if (second.taken) await second.release();
    expect(await keysOf(objects)).toEqual([]);
  });

  it('that has lapsed is taken over by one alone, and its leftovers are removed', async () => {
    const objects = createMemoryObjectStore();
    let clock = Date.parse('2026-05-01T10:00:00Z');
    const claims = () => createClaims(objects, { now: () => new Date(clock) });
    await claims().take('work', 'dead');
    clock += 31_000;
    const answers = await Promise.all(['a', 'b', 'c'].map((holder) => claims().take('work', holder)));
    expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
    expect(await keysOf(objects)).toEqual(['claims/work/00000002.json']);
  });

  it('that is damaged claims nothing', async () => {
    const objects = createMemoryObjectStore();
    await objects.put('claims/work/00000007.json', Buffer.from('{"holder":'));
    expect(await createClaims(objects).take('work', 'next')).toMatchObject({ taken: true });
  });
});
