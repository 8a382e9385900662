import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFile, openSigner } from '../../../../artifacts/registry/key-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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

  it('has its successor beside it until that one takes its place', async () => {
    const path = join(folder, 'registry.pem');
    const file = createKeyFile(path);
    const first = await file.open();
    const next = await file.prepareNext?.();
    expect((await file.prepareNext?.())?.keyId).toBe(next?.keyId);
    expect((await file.open()).keyId).toBe(first.keyId);
    await file.activateNext?.();
    expect((await file.open()).keyId).toBe(next?.keyId);
    expect(await readdir(folder)).toEqual(['registry.pem']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
