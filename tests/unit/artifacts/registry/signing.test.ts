import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../../../artifacts/canonical-json.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { Trust } from '../../../../artifacts/registry/signing.ts';
import { openSigner, verifySigned } from '../../../../artifacts/registry/signing.ts';
import { createFileTrust, createKeyTrust, publishKey } from '../../../../artifacts/registry/trust.ts';
import { newSigner } from '../../../support/registry-fixtures.ts';

const documentSchema = z.object({ name: z.string(), count: z.number().default(0) });
const bytesOf = (value: unknown): Buffer => Buffer.from(canonicalJson(value));
const read = (bytes: Buffer, trust: Trust) =>
  verifySigned(bytes, documentSchema, { trust, key: 'routing/x/1' });
const refused = (why: RegExp) => ({ type: 'ArtifactCorrupt', message: expect.stringMatching(why) as string });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a signed document', () => {
  const signer = newSigner();
  const trust = createKeyTrust([signer.publicKey]);

  it('is read where its signature is that of a trusted key, whatever the order of its members', async () => {
    const { document, keyId, signature } = signer.sign({ name: 'a', count: 2 });
    expect(await read(bytesOf({ document, keyId, signature }), trust)).toEqual({ name: 'a', count: 2 });
    const reordered = JSON.stringify({ signature, keyId, document: { count: 2, name: 'a' } });
    expect(await read(Buffer.from(reordered), trust)).toEqual({ name: 'a', count: 2 });
  });

  it('is verified as it was signed, without the defaults of its schema', async () => {
    expect(await read(bytesOf(signer.sign({ name: 'a', later: 'field' })), trust)).toEqual({
      name: 'a',
      count: 0,
    });
  });

  it('is refused, by name, where anything in it was changed', async () => {
    const signed = signer.sign({ name: 'a' });
    const forged = { ...signed, document: { name: 'b' } };
    await expect(read(bytesOf(forged), trust)).rejects.toMatchObject(
      refused(/^routing\/x\/1 is refused: .*forged/),
    );
    const added = { ...signed, document: { name: 'a', count: 7 } };
    await expect(read(bytesOf(added), trust)).rejects.toMatchObject(refused(/forged/));
    const other = newSigner().sign({ name: 'a' });
    await expect(read(bytesOf({ ...other, keyId: signer.keyId }), trust)).rejects.toMatchObject(
      refused(/forged/),
    );
    await expect(read(bytesOf({ ...signed, signature: '' }), trust)).rejects.toMatchObject(refused(/forged/));
  });

  it('is refused where its key is not trusted, or where it is no signed document', async () => {
    const stranger = newSigner();
    const strange = bytesOf(stranger.sign({ name: 'a' }));
    await expect(read(strange, trust)).rejects.toMatchObject(
      refused(new RegExp(`${stranger.keyId}, a key that is not`)),
    );
    for (const bytes of ['', '{', '{"name":"a"}', 'null']) {
      await expect(read(Buffer.from(bytes), trust)).rejects.toMatchObject(refused(/no signed document/));
    }
  });

  it('is refused where it is signed and yet not what its place holds', async () => {
    await expect(read(bytesOf(signer.sign({ count: 1 })), trust)).rejects.toMatchObject(refused(/not valid/));
  });
});

describe('the private key', () => {
  it('is made on first use, readable by its owner only, and found again', async () => {
    const path = join(folder, 'keys', 'registry.pem');
    const first = await openSigner(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await openSigner(path)).keyId).toBe(first.keyId);
    expect(await readdir(join(folder, 'keys'))).toEqual(['registry.pem']);
    expect(first.keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is one key where several processes ask for it at once', async () => {
    const path = join(folder, 'registry.pem');
    const signers = await Promise.all(Array.from({ length: 6 }, () => openSigner(path)));
    expect(new Set(signers.map(({ keyId }) => keyId)).size).toBe(1);
  });

  it('is refused where others may read its file', async () => {
    const path = join(folder, 'registry.pem');
    await openSigner(path);
    await chmod(path, 0o640);
    await expect(openSigner(path)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining(path) as string,
    });
  });

  it('is refused, and not shown, where the file holds something else', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    for (const content of ['secret nonsense', rsa]) {
      const path = join(folder, 'wrong.pem');
      await writeFile(path, content, { mode: 0o600 });
      const failure = await openSigner(path).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type: 'InvalidInput' });
      expect(String(failure)).not.toContain('secret nonsense');
    }
  });
});

describe('trust', () => {
  it('is in the keys of the file, and sees a new key of it without a restart', async () => {
    const objects = createMemoryObjectStore();
    const trustFile = join(folder, 'trust.json');
    const [first, second, stranger] = [newSigner(), newSigner(), newSigner()];
    await publishKey(first, { objects, trustFile });
    const trust = createFileTrust({ objects, trustFile });
    expect(await trust.find(first.keyId)).toBeDefined();
    expect(await trust.find(second.keyId)).toBeUndefined();
    await publishKey(second, { objects, trustFile });
    await publishKey(second, { objects, trustFile });
    expect((await trust.find(second.keyId))?.equals(second.publicKey)).toBe(true);
    // Published in the bucket by somebody, and not in the file of this machine.
    await publishKey(stranger, { objects, trustFile: join(folder, 'elsewhere.json') });
    expect(await trust.find(stranger.keyId)).toBeUndefined();
    expect((JSON.parse(await readFile(trustFile, 'utf8')) as { keys: unknown[] }).keys).toHaveLength(2);
  });

  it('starts with the key that the bucket publishes, where this machine has no file yet, and keeps to it', async () => {
    const objects = createMemoryObjectStore();
    const signer = newSigner();
    const later = newSigner();
    await publishKey(signer, { objects, trustFile: join(folder, 'writer.json') });
    await publishKey(later, { objects, trustFile: join(folder, 'writer.json') });
    const trust = createFileTrust({ objects, trustFile: join(folder, 'gateway.json') });
    expect(await trust.find('0123456789abcdef')).toBeUndefined();
    expect((await trust.find(signer.keyId))?.equals(signer.publicKey)).toBe(true);
    expect(await trust.find(later.keyId)).toBeUndefined();
  });

  it('does not take a key from the bucket under the name of another', async () => {
    const objects = createMemoryObjectStore();
    const [signer, thief] = [newSigner(), newSigner()];
    await publishKey(thief, { objects, trustFile: join(folder, 'thief.json') });
    await objects.copy(`trust/${thief.keyId}.json`, `trust/${signer.keyId}.json`);
    const trust = createFileTrust({ objects, trustFile: join(folder, 'gateway.json') });
    expect(await trust.find(signer.keyId)).toBeUndefined();
  });
});
