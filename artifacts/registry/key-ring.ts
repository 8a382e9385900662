// The keys as the process that signs changes them: a new one takes over, one that stands elsewhere is trusted, one is
// revoked. Readers know a key before anything is signed with it.
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { KeyChange, KeyChangeResult, LedgerHead, TrustedKey } from '../../contracts/trust.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent } from '../object-store.ts';
import type { KeyHolder } from './key-file.ts';
import type { RegistryReader } from './registry-reader.ts';
import type { Signer } from './signing.ts';
import { keyIdOf } from './signing.ts';
import type { FileTrust } from './trust.ts';
import { trustKey } from './trust.ts';

export interface KeyRing {
  /** Signs with the key that is in use, also after a rotation. */
  readonly signer: Signer;
  /**
   * @throws CoppiceFailure InvalidInput where there is no such key, or where a key service makes the keys;
   *   RegistryConflict where others keep changing them
   */
  change(change: KeyChange): Promise<KeyChangeResult>;
}

/** Where every model's ledger stands, and the date of the newest entry of all. */
interface Heads {
  readonly heads: Readonly<Record<string, LedgerHead>>;
  readonly newestAt: string | undefined;
}

export interface KeyRingDependencies {
  /** The registry's bucket. */
  readonly objects: ObjectStore;
  readonly trust: FileTrust;
  readonly keys: KeyHolder;
  /** For a revocation to pin. */
  readonly readHeads: () => Promise<Heads>;
  readonly now: () => Date;
}

/** How often a change that others overtake is tried on the newer list before it gives up. */
const attemptsAtMost = 5;

/**
 * Opens the key that signs, and publishes the first list where there is none.
 * @throws CoppiceFailure InvalidInput where the key was revoked or is not among the trusted ones
 */
export async function openKeyRing(dependencies: KeyRingDependencies): Promise<KeyRing> {
  const { objects, trust, keys, readHeads, now } = dependencies;
  let current = await keys.open();
  await trust.refresh();
  if (!(await isPublished(objects)))
    await publish({ by: 'worker', reason: 'the first key', request: 'first' }, withKey(current.publicKey));
  requireTrusted(keys.location, current.keyId, trust);

  /** Whoever is overtaken reads again and tries on the newer list. */
  async function publish(
    { by, reason, request }: Omit<KeyChange, 'change'>,
    edit: (keys: readonly TrustedKey[], at: string) => readonly TrustedKey[],
  ): Promise<number> {
    for (let attempt = 1; attempt <= attemptsAtMost; attempt += 1) {
      await trust.refresh();
      const { generation, keys: listed } = trust.list();
      if (request === trust.newest()?.request) return generation;
      const at = now().toISOString();
      const next = { generation: generation + 1, at, by, reason, request, keys: edit(listed, at) };
      const body = Buffer.from(canonicalJson(await current.sign(next)));
      const written = await putIfAbsent(objects, trustKey(next.generation), body);
      await trust.refresh();
      if (written) return next.generation;
    }
    const message = `others changed the trusted keys ${attemptsAtMost} times before this change`;
    throw new CoppiceFailure('RegistryConflict', message);
  }

  async function rotate(asked: Omit<KeyChange, 'change'>): Promise<number> {
    const { prepareNext, activateNext, location } = keys;
    if (!prepareNext || !activateNext) {
      const message = `${location} holds the keys: have it make one, then \`coppice keys trust <file of its public key>\``;
      throw new CoppiceFailure('InvalidInput', message);
    }
    await trust.refresh();
    // Done already, and only the answer was lost.
    if (asked.request === trust.newest()?.request && trust.list().keys.at(-1)?.keyId === current.keyId)
      return trust.list().generation;
    const next = await prepareNext();
    const generation = await publish(asked, withKey(next.publicKey));
    await activateNext();
    current = next;
    return generation;
  }

  async function revoke(asked: Omit<KeyChange, 'change'>, keyId: string): Promise<number> {
    await trust.refresh();
    const key = trust.list().keys.find((it) => it.keyId === keyId);
    if (!key) throw new CoppiceFailure('InvalidInput', `no key ${keyId} is trusted here`, { keyId });
    if (key.revoked) return trust.list().generation;
    if (keyId === current.keyId) await rotate({ ...asked, request: `${asked.request}/rotate` });
    const { heads, newestAt } = await readHeads();
    // After all that the key signed, also where the clock was set back.
    const at = new Date(Math.max(now().getTime(), Date.parse(newestAt ?? '') + 1 || 0)).toISOString();
    const revoked = { at, by: asked.by, reason: asked.reason, heads };
    return publish(asked, (listed) => listed.map((it) => (it.keyId === keyId ? { ...it, revoked } : it)));
  }

  return {
    signer: {
      get keyId() {
        return current.keyId;
      },
      get publicKey() {
        return current.publicKey;
      },
      sign: (document) => current.sign(document),
    },
    async change({ change, ...asked }) {
      if (change.kind === 'rotate') {
        const generation = await rotate(asked);
        return { generation, signingKeyId: current.keyId, keyId: current.keyId };
      }
      if (change.kind === 'revoke') {
        const generation = await revoke(asked, change.keyId);
        return { generation, signingKeyId: current.keyId, keyId: change.keyId };
      }
      const publicKey = parsePublicKey(change.publicKey);
      const generation = await publish(asked, withKey(publicKey));
      return { generation, signingKeyId: current.keyId, keyId: keyIdOf(publicKey) };
    },
  };
}

/** @returns where the ledgers of all models stand now */
export async function readHeads(registry: Pick<RegistryReader, 'listModels' | 'readLedger'>): Promise<Heads> {
  const models = await registry.listModels();
  const ledgers = await Promise.all(models.map((model) => registry.readLedger(model)));
  const newest = ledgers.flatMap((entries) => entries.slice(-1));
  return {
    heads: Object.fromEntries(newest.map(({ model, sequence, hash }) => [model, { sequence, hash }])),
    newestAt: newest
      .map(({ at }) => at)
      .sort()
      .at(-1),
  };
}

async function isPublished(objects: ObjectStore): Promise<boolean> {
  for await (const { key } of objects.list('trust/')) if (/^trust\/[0-9]{8}\.json$/.test(key)) return true;
  return false;
}

/** Adds a key, where it is not there already. */
function withKey(publicKey: KeyObject) {
  return (keys: readonly TrustedKey[], at: string): readonly TrustedKey[] => {
    const keyId = keyIdOf(publicKey);
    if (keys.some((key) => key.keyId === keyId)) return keys;
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return [...keys, { keyId, algorithm: 'ed25519', publicKey: pem, addedAt: at }];
  };
}

function requireTrusted(location: string, keyId: string, trust: FileTrust): void {
  const key = trust.list().keys.find((it) => it.keyId === keyId);
  if (key && !key.revoked) return;
  const why = key?.revoked
    ? `was revoked at ${key.revoked.at} by ${key.revoked.by}`
    : 'is not among the keys that are trusted here; where its worker runs, `coppice keys trust <file>` adds it';
  throw new CoppiceFailure('InvalidInput', `${location} holds the key ${keyId}, which ${why}`, { keyId });
}

function parsePublicKey(pem: string): KeyObject {
  try {
    // A private key would be taken too, and has no place in a list that everybody reads.
    const key = pem.includes('PRIVATE') ? undefined : createPublicKey(pem);
    if (key?.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw new CoppiceFailure('InvalidInput', 'not an ed25519 public key in PEM form');
}
