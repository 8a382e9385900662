// A registry of a test's own: a clock that ticks a second a look, commits short to write.
import { generateKeyPairSync } from 'node:crypto';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import type { Heads } from '../../artifacts/registry/heads.ts';
import { createRegistryReader } from '../../artifacts/registry/registry-reader.ts';
import { createRegistryWriter } from '../../artifacts/registry/registry-writer.ts';
import type { PublicKey, Signer, Trust } from '../../artifacts/registry/signing.ts';
import { createSigner } from '../../artifacts/registry/signing.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { Challenger, RegistryChange, RegistryCommit } from '../../contracts/registry.ts';
import type { LedgerHead, Revocation } from '../../contracts/trust.ts';

export const model = 'mail-filter';

const someReference: ArtifactReference = {
  digest: `sha256:${'a'.repeat(64)}`,
  mediaType: 'application/json',
  sizeBytes: 2,
  annotations: {},
};

/** A registration. @param name tells versions apart */
export function register(name = 'run'): RegistryChange {
  return {
    kind: 'register',
    version: {
      model,
      runId: `lifecycle/${model}/${name}`,
      trigger: { kind: 'person', name: 'kim' },
      spec: someReference,
      package: someReference,
      report: someReference,
      evidence: someReference,
      lineage: [someReference],
      metrics: { f1: 0.94 },
    },
  };
}

export const promote = (version: number): RegistryChange => ({ kind: 'promote', version });
export const withdraw = (version: number): RegistryChange => ({ kind: 'withdraw', version });
export const rollback = (version: number): RegistryChange => ({ kind: 'rollback', version });
export function challenge(
  version: number,
  overrides: Partial<Challenger> = {},
): RegistryChange & { kind: 'challenge' } {
  const challenger = {
    version,
    experiment: `test-${version}`,
    mode: 'canary' as const,
    trafficFraction: 0.25,
    step: 1,
  };
  return { kind: 'challenge', challenger: { ...challenger, ...overrides } };
}

let commits = 0;
/** A commit with a key of its own. */
export function commitOf(change: RegistryChange, overrides: Partial<RegistryCommit> = {}): RegistryCommit {
  commits += 1;
  return {
    model,
    idempotencyKey: `commit-${commits}`,
    actor: 'kim',
    reason: 'because',
    change,
    ...overrides,
  };
}

export function newSigner() {
  return createSigner(generateKeyPairSync('ed25519').privateKey);
}

/** Trust that a test gives and takes. */
function createTestTrust(): Trust & {
  add(signer: Signer): void;
  revoke(signer: Signer, at: Revocation): void;
} {
  const known = new Map<string, PublicKey>();
  return {
    refresh: () => Promise.resolve(),
    find: (keyId) => Promise.resolve(known.get(keyId)),
    revocations: () => [...known.values()].flatMap(({ revoked }) => (revoked ? [revoked] : [])),
    add: ({ keyId, publicKey }) => {
      known.set(keyId, { key: publicKey });
    },
    revoke: ({ keyId, publicKey }, revoked) => {
      known.set(keyId, { key: publicKey, revoked });
    },
  };
}

/** What a machine remembers, without its disk. */
export function createMemoryHeads(): Heads {
  const seen = new Map<string, LedgerHead>();
  return {
    location: '/home/heads',
    read: (of) => Promise.resolve(seen.get(of)),
    remember: (of, { sequence, hash }) => {
      if (sequence > (seen.get(of)?.sequence ?? 0)) seen.set(of, { sequence, hash });
      return Promise.resolve();
    },
  };
}

/** Writer and reader over one bucket, with one key. */
export function createTestRegistry(objects: ObjectStore, start = '2026-05-01T00:00:00.000Z') {
  const signer = newSigner();
  const trust = createTestTrust();
  trust.add(signer);
  let ticks = 0;
  const now = () => {
    ticks += 1;
    return new Date(Date.parse(start) + ticks * 1_000);
  };
  const artifacts = createArtifactStore(objects);
  const newWriter = (others: { signer?: Signer; heads?: Heads } = {}) =>
    createRegistryWriter({ objects, artifacts, signer, trust, now, ...others });
  const newReader = (heads?: Heads) => createRegistryReader({ objects, trust, heads });
  return { objects, signer, trust, now, newWriter, newReader, writer: newWriter(), reader: newReader() };
}
