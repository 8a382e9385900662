import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createResponseIds, readResponseKey } from '../../../artifacts/response-ids.ts';

const key = Buffer.alloc(32, 7);
const ids = createResponseIds(key, 'mail-filter');

describe('the id of an answer', () => {
  it('is known by every gateway that has the key, with its kind and time', () => {
    const before = Date.now();
    const id = ids.issue('clf');
    expect(id).toMatch(/^clf-[0-9a-f]{44}$/);
    const read = createResponseIds(Buffer.from(key), 'mail-filter').read(id);
    expect(read?.prefix).toBe('clf');
    expect(read?.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(ids.issue('clf')).not.toBe(id);
  });

  it('is of one model and one kind, under one key', () => {
    const id = ids.issue('clf');
    expect(createResponseIds(key, 'help-ko').read(id)).toBeUndefined();
    expect(createResponseIds(Buffer.alloc(32, 8), 'mail-filter').read(id)).toBeUndefined();
    expect(ids.read(id.replace('clf', 'cmpl'))).toBeUndefined();
  });

  it('is not another one by a changed digit, and nothing else is one', () => {
    const id = ids.issue('cmpl');
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: id.length - 1 }),
        fc.constantFrom('0', '3', '7', 'a', 'f'),
        (at, digit) => {
          const changed = id.slice(0, at) + digit + id.slice(at + 1);
          expect(ids.read(changed) === undefined).toBe(changed !== id);
        },
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => ids.read(text) === undefined));
  });

  it('is checked by one key for all gateways, whoever comes first', async () => {
    const objects = createMemoryObjectStore();
    const [first, second] = await Promise.all([readResponseKey(objects), readResponseKey(objects)]);
    expect(first).toHaveLength(32);
    expect(second).toEqual(first);
    expect(await readResponseKey(objects)).toEqual(first);
  });
});
