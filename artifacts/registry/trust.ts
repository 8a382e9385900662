// Whose signatures count: public keys in a file of this machine. The registry's bucket publishes them too, and the
// first reader on a machine without a file takes them from there, once; after that the file alone is believed.
import type { KeyObject } from 'node:crypto';
import { createPublicKey, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../artifact-store.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';
import type { Signer, Trust } from './signing.ts';
import { keyIdOf } from './signing.ts';

const trustedKeySchema = z.object({
  keyId: z.string(),
  algorithm: z.literal('ed25519'),
  /** PEM, SPKI. */
  publicKey: z.string(),
});
type TrustedKey = z.infer<typeof trustedKeySchema>;
const trustFileSchema = z.object({ keys: z.array(trustedKeySchema) });

const describeKey = ({ keyId, publicKey }: Pick<Signer, 'keyId' | 'publicKey'>): TrustedKey => ({
  keyId,
  algorithm: 'ed25519',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});

/** @returns undefined where there is no file */
async function readFileIfPresent(path: string): Promise<TrustedKey[] | undefined> {
  try {
    return parseJson(await readFile(path, 'utf8'), trustFileSchema, path).keys;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function addToFile(path: string, key: TrustedKey): Promise<void> {
  const keys = (await readFileIfPresent(path)) ?? [];
  if (keys.some(({ keyId }) => keyId === key.keyId)) return;
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, `${JSON.stringify({ keys: [...keys, key] }, undefined, 2)}\n`);
  await rename(partial, path);
}

/** Makes a signer's public key known: in the bucket, and in the trust file of the machine that holds the private key. */
export async function publishKey(
  signer: Signer,
  options: { objects: ObjectStore; trustFile: string },
): Promise<void> {
  const key = describeKey(signer);
  await putIfAbsent(options.objects, `trust/${signer.keyId}.json`, Buffer.from(canonicalJson(key)));
  await addToFile(options.trustFile, key);
}

/**
 * Trust in the keys of a file; read again when an unknown key turns up, so that a rotation needs no restart.
 * @param options.trustFile where it is missing, the first key that a document names is taken from the bucket and kept
 */
export function createFileTrust({ objects, trustFile }: { objects: ObjectStore; trustFile: string }): Trust {
  let known = new Map<string, KeyObject>();

  async function reload(): Promise<boolean> {
    const keys = await readFileIfPresent(trustFile);
    known = new Map((keys ?? []).map(({ keyId, publicKey }) => [keyId, createPublicKey(publicKey)]));
    return keys !== undefined;
  }

  return {
    async find(keyId) {
      const found = known.get(keyId);
      if (found) return found;
      if (!(await reload())) {
        const published = await readObject(objects, `trust/${keyId}.json`);
        if (!published) return undefined;
        const key = parseJson(published.toString(), trustedKeySchema, `trust/${keyId}.json`);
        if (keyIdOf(createPublicKey(key.publicKey)) !== keyId) return undefined;
        await addToFile(trustFile, key);
        await reload();
      }
      return known.get(keyId);
    },
  };
}

/** Trust in the keys given, for the process that signs, and for tests. */
export function createKeyTrust(publicKeys: readonly KeyObject[]): Trust {
  const known = new Map(publicKeys.map((key) => [keyIdOf(key), key]));
  return { find: (keyId) => Promise.resolve(known.get(keyId)) };
}
