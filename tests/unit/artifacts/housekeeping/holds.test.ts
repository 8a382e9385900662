import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import type { Holds } from '../../../../artifacts/housekeeping/holds.ts';
import { createHolds } from '../../../../artifacts/housekeeping/holds.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../../contracts/artifact.ts';

const at = '2026-05-01T10:00:00.000Z';
const why = { reason: 'a court asks', by: 'kim' };

describe('holds', () => {
  let artifacts: ArtifactStore;
  let holds: Holds;
  beforeEach(() => {
    const objects = createMemoryObjectStore();
    artifacts = createArtifactStore(objects);
    holds = createHolds(objects, artifacts, () => new Date(at));
  });

  it('are told with who holds what, and why, until they are released', async () => {
    const { digest, sizeBytes } = await artifacts.putBytes('weights', { mediaType: 'text/plain' });
    const hold = await holds.add(digest, why);
    expect(hold).toMatchObject({ reference: { digest, sizeBytes }, ...why, at });
    expect(await holds.list()).toEqual([hold]);
    expect(await holds.remove(digest)).toBe(true);
    expect(await holds.remove(digest)).toBe(false);
    expect(await holds.list()).toEqual([]);
  });

  it('know a directory by its content, and bytes that merely begin like one', async () => {
    const file = await artifacts.putBytes('a file', { mediaType: 'text/plain' });
    const folder = await artifacts.putDirectory({ file });
    expect((await holds.add(folder.digest, why)).reference).toEqual(folder);
    const other = await artifacts.putBytes('{"files":', { mediaType: 'text/plain' });
    expect((await holds.add(other.digest, why)).reference.mediaType).not.toBe(mediaTypes.directory);
  });

  it('are refused for what the store does not hold', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    await expect(holds.add(digest, why)).rejects.toThrow(`there is no artifact ${digest}`);
  });
});
