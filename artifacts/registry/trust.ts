// Whose signatures count: the public keys in the trust file of this machine. The registry publishes lists of keys,
// `trust/<generation>.json`, each signed by a key of the one before; who believes the file follows them from there. A
// machine without a file begins with the first list it is shown.
import type { KeyObject } from 'node:crypto';
import { createPublicKey, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { TrustDocument, TrustedKey, TrustList } from '../../contracts/trust.ts';
import { trustDocumentSchema, trustListSchema } from '../../contracts/trust.ts';
import { parseJson } from '../artifact-store.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';
import type { PublicKey, Trust } from './signing.ts';
import { keyIdOf, verifySigned } from './signing.ts';

/** Trust that a file of this machine keeps. */
export interface FileTrust extends Trust {
  /** As of the last refresh. */
  list(): TrustList;
  /** The newest published list that was read, since this process started. */
  newest(): TrustDocument | undefined;
}

/** Eight digits, so that keys sort as their numbers do. */
export function trustKey(generation: number): string {
  return `trust/${String(generation).padStart(8, '0')}.json`;
}

/** Trust in the keys given, for tests and for who signs without a file. */
export function createKeyTrust(publicKeys: readonly KeyObject[]): Trust {
  const known = new Map(publicKeys.map((key) => [keyIdOf(key), { key }]));
  return {
    refresh: () => Promise.resolve(),
    find: (keyId) => Promise.resolve(known.get(keyId)),
    revocations: () => [],
  };
}

/** @throws CoppiceFailure ArtifactCorrupt where a key stands under the id of another */
function toPublicKeys(keys: readonly TrustedKey[], source: string): Map<string, PublicKey> {
  return new Map(
    keys.map(({ keyId, publicKey, revoked }) => {
      const key = createPublicKey(publicKey);
      if (keyIdOf(key) === keyId) return [keyId, { key, revoked }];
      throw new CoppiceFailure('ArtifactCorrupt', `${source} is refused: ${keyId} is not the id of its key`, {
        key: source,
      });
    }),
  );
}

/** Keys that were put into the file by hand stay, and what was revoked stays revoked. */
function follow({ keys }: TrustList, document: TrustDocument): TrustList {
  const published = document.keys.map((key) => {
    const revoked = key.revoked ?? keys.find(({ keyId }) => keyId === key.keyId)?.revoked;
    return { ...key, ...(revoked && { revoked }) };
  });
  const others = keys.filter(({ keyId }) => !published.some((key) => key.keyId === keyId));
  return { generation: document.generation, keys: [...published, ...others] };
}

/** @param trustFile where it is missing, the first list that the bucket shows is believed and kept */
export function createFileTrust({
  objects,
  trustFile,
}: {
  objects: ObjectStore;
  trustFile: string;
}): FileTrust {
  let list: TrustList = { generation: 0, keys: [] };
  let known = new Map<string, PublicKey>();
  let newest: TrustDocument | undefined;
  let readAt = '';

  const adopt = (next: TrustList, source: string): void => {
    known = toPublicKeys(next.keys, source);
    list = next;
  };

  /** The file is the authority: edited by hand or by another process of this machine, it counts at once. */
  async function readTrustFile(): Promise<void> {
    const found = await stat(trustFile, { bigint: true }).catch(() => undefined);
    const stamp = found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
    if (stamp === readAt) return;
    if (found) adopt(parseJson(await readFile(trustFile, 'utf8'), trustListSchema, trustFile), trustFile);
    readAt = stamp;
  }

  async function readPublished(key: string): Promise<TrustDocument> {
    const bytes = (await readObject(objects, key)) ?? Buffer.alloc(0);
    // The first list vouches for itself.
    const believed = list.keys.length > 0 ? known : selfDeclared(bytes, key);
    const find = (keyId: string) => Promise.resolve(believed.get(keyId));
    const document = await verifySigned(bytes, trustDocumentSchema, { trust: { find }, key });
    if (trustKey(document.generation) === key) return document;
    const replayed = `it holds generation ${document.generation}`;
    throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: ${replayed}`, { key });
  }

  async function followPublished(): Promise<void> {
    const before = list;
    for await (const { key } of objects.list('trust/', { after: trustKey(list.generation) })) {
      if (!/^trust\/[0-9]{8}\.json$/.test(key)) continue;
      newest = await readPublished(key);
      adopt(follow(list, newest), key);
    }
    if (list !== before) await writeTrustFile(trustFile, list);
  }

  async function refresh(): Promise<void> {
    await readTrustFile();
    await followPublished();
  }

  return {
    refresh,
    async find(keyId) {
      if (!known.has(keyId)) await refresh();
      return known.get(keyId);
    },
    revocations: () => list.keys.flatMap(({ revoked }) => (revoked ? [revoked] : [])),
    list: () => list,
    newest: () => newest,
  };
}

function selfDeclared(bytes: Buffer, key: string): Map<string, PublicKey> {
  const { document } = parseJson(bytes.toString(), z.object({ document: trustDocumentSchema }), key);
  return toPublicKeys(document.keys, key);
}

async function writeTrustFile(path: string, list: TrustList): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, `${JSON.stringify(list, undefined, 2)}\n`);
  await rename(partial, path);
}
