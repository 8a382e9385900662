import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../artifacts/canonical-json.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../../artifacts/object-store.ts';
import { createKeyFile } from '../../../../artifacts/registry/key-file.ts';
import { openKeyRing } from '../../../../artifacts/registry/key-ring.ts';
import { createFileTrust, trustKey } from '../../../../artifacts/registry/trust.ts';
import type { KeyChange, TrustDocument } from '../../../../contracts/trust.ts';
import { newSigner } from '../../../support/registry-fixtures.ts';

let folder: string;
let objects: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-trust-'));
  objects = createMemoryObjectStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The process that signs, with a home of its own. */
const openRing = (home = 'worker', newestAt?: string) =>
  openKeyRing({
    objects,
    trust: trustOf(home),
    keys: createKeyFile(join(folder, home, 'registry.pem')),
    readHeads: () => Promise.resolve({ heads: { 'mail-filter': { sequence: 4, hash: 'h' } }, newestAt }),
    now: () => new Date('2026-05-01T12:00:00.000Z'),
  });
const trustOf = (home: string) => createFileTrust({ objects, trustFile: join(folder, home, 'trust.json') });
let requests = 0;
const asked = (change: KeyChange['change'], request = `request-${(requests += 1)}`): KeyChange => ({
  by: 'kim',
  reason: 'a test',
  request,
  change,
});
const pemOf = (signer: ReturnType<typeof newSigner>) =>
  signer.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const put = async (generation: number, signer: ReturnType<typeof newSigner>, document: TrustDocument) =>
  objects.put(trustKey(generation), Buffer.from(canonicalJson(await signer.sign(document))));

describe('trust', () => {
  it('begins with the key of the first process that signs, also on a machine that has no file yet', async () => {
    const ring = await openRing();
    const gateway = trustOf('gateway');
    expect((await gateway.find(ring.signer.keyId))?.key.equals(ring.signer.publicKey)).toBe(true);
    expect(await gateway.find('0123456789abcdef')).toBeUndefined();
    const kept = JSON.parse(await readFile(join(folder, 'gateway', 'trust.json'), 'utf8')) as object;
    expect(kept).toMatchObject({ generation: 1, keys: [{ keyId: ring.signer.keyId }] });
  });

  it('follows the lists that a key of the one before has signed, and no other', async () => {
    const ring = await openRing();
    const gateway = trustOf('gateway');
    await gateway.refresh();
    const first = ring.signer.keyId;
    const { generation } = await ring.change(asked({ kind: 'rotate' }));
    const thief = newSigner();
    const keys = [{ keyId: thief.keyId, algorithm: 'ed25519' as const, publicKey: pemOf(thief) }];
    const forged = { at: '2026-05-01T12:00:00.000Z', by: 'thief', reason: 'mine', request: 'x', keys };
    await put(generation + 1, thief, { ...forged, generation: generation + 1 });
    await expect(gateway.find(thief.keyId)).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringMatching(/^trust\/00000003\.json is refused: .* not trusted here$/) as string,
    });
    expect(await gateway.find(first)).toBeDefined();
    expect(await gateway.find(ring.signer.keyId)).toBeDefined();
  });

  it('refuses an older list that is put in the place of a newer one', async () => {
    const ring = await openRing();
    await ring.change(asked({ kind: 'rotate' }));
    await objects.copy(trustKey(1), trustKey(3));
    await expect(trustOf('gateway').refresh()).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringContaining('trust/00000003.json') as string,
    });
  });

  it('is what stands in the file, edited by hand or not, without a restart', async () => {
    const ring = await openRing();
    const path = join(folder, 'gateway', 'trust.json');
    const gateway = trustOf('gateway');
    await gateway.refresh();
    const other = newSigner();
    const list = JSON.parse(await readFile(path, 'utf8')) as { keys: object[] };
    const added = { keyId: other.keyId, algorithm: 'ed25519', publicKey: pemOf(other) };
    await writeFile(path, JSON.stringify({ ...list, keys: [...list.keys, added] }));
    expect(await gateway.find(other.keyId)).toBeDefined();
    await ring.change(asked({ kind: 'rotate' }));
    await gateway.refresh();
    expect(await gateway.find(other.keyId)).toBeDefined();
  });

  it('takes no key under the id of another', async () => {
    const [one, other] = [newSigner(), newSigner()];
    const list = { keys: [{ keyId: one.keyId, algorithm: 'ed25519', publicKey: pemOf(other) }] };
    await writeFile(join(folder, 'trust.json'), JSON.stringify(list));
    const refused = { type: 'ArtifactCorrupt', message: expect.stringContaining(one.keyId) as string };
    await expect(trustOf('.').find(one.keyId)).rejects.toMatchObject(refused);
  });
});

describe('the key ring', () => {
  it('signs with the new key after a rotation, and the old one stays trusted', async () => {
    const ring = await openRing();
    const before = ring.signer.keyId;
    const result = await ring.change(asked({ kind: 'rotate' }));
    expect(result).toEqual({ generation: 2, signingKeyId: ring.signer.keyId, keyId: ring.signer.keyId });
    expect(ring.signer.keyId).not.toBe(before);
    expect((await ring.signer.sign({ a: 1 })).keyId).toBe(result.keyId);
    expect((await openRing()).signer.keyId).toBe(result.keyId);
    expect((await trustOf('gateway').find(before))?.revoked).toBeUndefined();
  });

  it('makes one change of a change that is asked for again', async () => {
    const ring = await openRing();
    const change = asked({ kind: 'rotate' });
    const first = await ring.change(change);
    expect(await ring.change(change)).toEqual(first);
    const key = asked({ kind: 'revoke', keyId: first.keyId });
    const revoked = await ring.change(key);
    expect(await ring.change(key)).toEqual(revoked);
    expect(revoked.signingKeyId).not.toBe(first.keyId);
  });

  it('goes on with the key that was made where a crash came before it took over', async () => {
    const ring = await openRing();
    const file = createKeyFile(join(folder, 'worker', 'registry.pem'));
    const made = await file.prepareNext?.();
    expect((await ring.change(asked({ kind: 'rotate' }))).keyId).toBe(made?.keyId);
  });

  it('revokes the key that signs only once another has taken its place', async () => {
    const ring = await openRing('worker', '2027-01-01T00:00:00.000Z');
    const lost = ring.signer.keyId;
    const { generation, signingKeyId } = await ring.change(asked({ kind: 'revoke', keyId: lost }));
    expect(generation).toBe(3);
    expect(signingKeyId).not.toBe(lost);
    expect((await trustOf('gateway').find(lost))?.revoked).toEqual({
      at: '2027-01-01T00:00:00.001Z', // after all that it signed, whatever the clock says
      by: 'kim',
      reason: 'a test',
      heads: { 'mail-filter': { sequence: 4, hash: 'h' } },
    });
  });

  it('trusts a key that stands elsewhere, and takes no private one for it', async () => {
    const ring = await openRing();
    const other = newSigner();
    const { keyId } = await ring.change(asked({ kind: 'trust', publicKey: pemOf(other) }));
    expect(keyId).toBe(other.keyId);
    expect(await trustOf('gateway').find(other.keyId)).toBeDefined();
    const secret = await readFile(join(folder, 'worker', 'registry.pem'), 'utf8');
    for (const publicKey of [secret, 'nonsense']) {
      const failure = ring.change(asked({ kind: 'trust', publicKey }));
      await expect(failure).rejects.toMatchObject({ type: 'InvalidInput' });
    }
  });

  it('loses none of the changes that several ask for at once', async () => {
    const ring = await openRing();
    const others = [newSigner(), newSigner(), newSigner()];
    const changes = others.map((it) => ring.change(asked({ kind: 'trust', publicKey: pemOf(it) })));
    const generations = (await Promise.all(changes)).map(({ generation }) => generation);
    expect(generations.sort()).toEqual([2, 3, 4]);
    const gateway = trustOf('gateway');
    for (const { keyId } of others) expect(await gateway.find(keyId)).toBeDefined();
  });

  it('does not open with a key that readers do not trust, or that was revoked', async () => {
    const ring = await openRing();
    const message = /not among the keys that are trusted here/;
    await expect(openRing('stranger')).rejects.toThrow(message);
    expect((await objects.stat(trustKey(2)))?.key).toBeUndefined();
    const kept = await readFile(join(folder, 'worker', 'registry.pem'), 'utf8');
    await ring.change(asked({ kind: 'revoke', keyId: ring.signer.keyId }));
    await writeFile(join(folder, 'worker', 'registry.pem'), kept);
    await expect(openRing()).rejects.toThrow(/was revoked at 2026-05-01T12:00:00.000Z by kim$/);
  });

  it('knows no key of that name', async () => {
    const ring = await openRing();
    const failure = ring.change(asked({ kind: 'revoke', keyId: '0123456789abcdef' }));
    await expect(failure).rejects.toThrow('no key 0123456789abcdef is trusted here');
  });
});
