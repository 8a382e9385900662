import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../../contracts/artifact.ts';
import { openTokenFile } from '../../../../worker/trainer/token-file.ts';

async function opened(ids: Uint16Array | Uint32Array, vocabularySize: number) {
  const artifacts = createArtifactStore(createMemoryObjectStore());
  const bytes = new Uint8Array(ids.buffer);
  const reference = await artifacts.putBytes(bytes, { mediaType: mediaTypes.tokens });
  return openTokenFile(artifacts, reference, vocabularySize);
}

describe('a file of token ids', () => {
  it.each([
    ['two bytes each', Uint16Array.of(7, 65_535, 1, 2), 65_536],
    ['four where the vocabulary is larger', Uint32Array.of(7, 65_536, 1, 2), 65_537],
  ])('is read by position, %s', async (_, ids, vocabularySize) => {
    const file = await opened(ids, vocabularySize);
    expect(file.length).toBe(4);
    expect([...file.subarray(1, 3)]).toEqual([ids[1], 1]);
    expect([...file.subarray(2, 9)]).toEqual([1, 2]);
    expect([...file.subarray(4, 9)]).toEqual([]);
    expect(file.subarray(0, 4)).toEqual(ids);
    file.close();
  });

  it('leaves nothing behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('coppice-tokens-'));
    const file = await opened(Uint16Array.of(1, 2, 3), 4);
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('coppice-tokens-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect([...file.subarray(0, 3)]).toEqual([1, 2, 3]);
    file.close();
  });

  it('is refused with the place of an id that is outside the vocabulary', async () => {
    await expect(opened(Uint16Array.of(1, 4, 3), 4)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'tokens: id 1 is outside the vocabulary of 4',
    });
  });
});
