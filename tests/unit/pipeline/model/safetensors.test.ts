import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { readSafetensors, writeSafetensors } from '../../../../pipeline/model/safetensors.ts';

/** A file with this header, as anyone could write it. */
function fileOf(header: unknown, dataBytes: number, headerLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const tensor = (shape: unknown, data_offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets });

function problemOf(file: Uint8Array): string {
  try {
    readSafetensors(file);
  } catch (error) {
    if (error instanceof ModelFormatError) return error.message;
    throw error;
  }
  throw new Error('expected the file to be refused');
}

describe('safetensors', () => {
  it('reads back what it wrote, bit by bit', () => {
    const tensors = fc.uniqueArray(
      fc.record({
        name: fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
        values: fc.float32Array(),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(
        tensors,
        fc.dictionary(
          // As with tensors: the reader drops the one key that would reach an object's prototype.
          fc.string().filter((key) => key !== '__proto__'),
          fc.string(),
          { noNullPrototype: true },
        ),
        (written, metadata) => {
          const file = writeSafetensors(
            written.map(({ name, values }) => ({ name, shape: [values.length], values })),
            metadata,
          );
          const read = readSafetensors(file);
          expect({ ...read.metadata }).toEqual({ ...metadata });
          expect(
            new Map(read.tensors.map(({ name, values }) => [name, new Uint32Array(values.buffer)])),
          ).toEqual(
            new Map(written.map(({ name, values }) => [name, new Uint32Array(values.slice().buffer)])),
          );
        },
      ),
    );
  });

  it('gives the same bytes whatever the order of the tensors, the data aligned to eight', () => {
    const a = { name: 'a', shape: [2], values: Float32Array.of(1, 2) };
    const b = { name: 'b', shape: [1, 1], values: Float32Array.of(3) };
    const file = writeSafetensors([a, b], { step: '1' });
    expect(writeSafetensors([b, a], { step: '1' })).toEqual(file);
    expect((8 + Number(new DataView(file.buffer).getBigUint64(0, true))) % 8).toBe(0);
  });

  it('reads from the middle of a larger buffer, at any alignment', () => {
    const file = writeSafetensors([{ name: 'a', shape: [2], values: Float32Array.of(1, 2) }]);
    const buffer = Buffer.concat([Buffer.alloc(3), file, Buffer.alloc(5)]);
    const [{ values }] = readSafetensors(buffer.subarray(3, 3 + file.length)).tensors;
    expect([...values]).toEqual([1, 2]);
  });

  it.each<[string, Uint8Array, string]>([
    ['shorter than its prefix', new Uint8Array(5), 'truncated'],
    ['with a header of 2^53 bytes', fileOf({}, 0, 2n ** 53n), 'header length'],
    ['with a header of 2^64 - 1 bytes', fileOf({}, 0, 2n ** 64n - 1n), 'header length'],
    ['with a header longer than the file', fileOf({}, 4, 100n), 'header length'],
    ['whose header is no JSON', fileOf('{"a":', 0), 'not JSON'],
    ['whose header is a list', fileOf([], 0), 'not an object'],
    ['with metadata that is no text', fileOf({ __metadata__: { step: 1 } }, 0), '__metadata__'],
    ['of another number type', fileOf({ a: tensor([2], [0, 4], 'F16') }, 4), 'dtype'],
    [
      'with a size that lies',
      fileOf({ a: tensor([3], [0, 8]) }, 8),
      'a: shape [3] needs 12 bytes, offsets give 8',
    ],
    ['with a shape beyond 2^53', fileOf({ a: tensor([2 ** 40, 2 ** 40], [0, 0]) }, 0), 'a: shape'],
    ['with a negative length', fileOf({ a: tensor([-1, -1], [0, 4]) }, 4), 'a:'],
    ['with offsets beyond 2^53', fileOf({ a: tensor([1], [2 ** 60, 2 ** 60 + 4]) }, 4), 'a:'],
    ['with reversed offsets', fileOf({ a: tensor([1], [4, 0]) }, 4), 'offsets give -4'],
    [
      'with overlapping tensors',
      fileOf({ a: tensor([2], [0, 8]), b: tensor([2], [4, 12]) }, 12),
      'b: starts at 4, expected 8',
    ],
    [
      'with a gap',
      fileOf({ a: tensor([1], [0, 4]), b: tensor([1], [8, 12]) }, 12),
      'b: starts at 8, expected 4',
    ],
    ['whose data is cut', fileOf({ a: tensor([2], [0, 8]) }, 7), 'tensors end at byte 8, the data has 7'],
    [
      'with bytes that belong to nobody',
      fileOf({ a: tensor([1], [0, 4]) }, 9),
      'tensors end at byte 4, the data has 9',
    ],
  ])('refuses a file %s', (_, file, problem) => {
    expect(problemOf(file)).toContain(problem);
  });
});
