// A registry of a test's own: a clock that ticks a second a look, commits short to write.
import { generateKeyPairSync } from 'node:crypto';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { createRegistryReader } from '../../artifacts/registry/registry-reader.ts';
import { createRegistryWriter } from '../../artifacts/registry/registry-writer.ts';
import { createSigner } from '../../artifacts/registry/signing.ts';
import { createKeyTrust } from '../../artifacts/registry/trust.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { Challenger, RegistryChange, RegistryCommit } from '../../contracts/registry.ts';

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

/** Writer and reader over one bucket, with one key. */
export function createTestRegistry(objects: ObjectStore, start = '2026-05-01T00:00:00.000Z') {
  const signer = newSigner();
  const trust = createKeyTrust([signer.publicKey]);
  let ticks = 0;
  const now = () => {
    ticks += 1;
    return new Date(Date.parse(start) + ticks * 1_000);
  };
  const artifacts = createArtifactStore(objects);
  const newWriter = () => createRegistryWriter({ objects, artifacts, signer, now });
  const newReader = () => createRegistryReader({ objects, trust });
  return { objects, signer, trust, newWriter, newReader, writer: newWriter(), reader: newReader() };
}
