// Where the store of the settings becomes the rooms' interfaces: the one place that knows that it is MinIO.
import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import type { ArtifactStore, StoreMetrics } from './artifact-store.ts';
import { createArtifactStore } from './artifact-store.ts';
import { findLacks } from './capabilities.ts';
import type { Claims } from './claims.ts';
import { createClaims } from './claims.ts';
import { type DataSchemas, openDataSchemas } from './data-schemas.ts';
import type { Leases } from './leases.ts';
import { createLeases } from './leases.ts';
import type { LineageLog } from './lineage.ts';
import { createLineageLog } from './lineage.ts';
import { createMinioObjectStore } from './minio-object-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { ObservationLog } from './observations.ts';
import { createObservationLog } from './observations.ts';
import { openPreferenceStudies, type PreferenceStudies } from './preference-studies.ts';
import { createHeads } from './registry/heads.ts';
import { createKeyFile } from './registry/key-file.ts';
import type { KeyRing } from './registry/key-ring.ts';
import { openKeyRing, readHeads } from './registry/key-ring.ts';
import type { RegistryReader } from './registry/registry-reader.ts';
import { createRegistryReader } from './registry/registry-reader.ts';
import type { RegistryWriter } from './registry/registry-writer.ts';
import { createRegistryWriter } from './registry/registry-writer.ts';
import { createSigningCommand } from './registry/signing-command.ts';
import type { FileTrust } from './registry/trust.ts';
import { createFileTrust } from './registry/trust.ts';
import type { StepCache } from './step-cache.ts';
import { createStepCache } from './step-cache.ts';

export interface OpenStore {
  readonly artifacts: ArtifactStore;
  readonly cache: StepCache;
  readonly lineage: LineageLog;
  readonly registry: RegistryReader;
  /** Whose signatures this machine believes. */
  readonly trust: FileTrust;
  readonly dataSchemas: DataSchemas;
  readonly preferenceStudies: PreferenceStudies;
  readonly observations: ObservationLog;
  readonly leases: Leases;
  /** On work that only one should do at a time. */
  readonly claims: Claims;
  /** The buckets themselves, for pointers that move (checkpoints, cursors). */
  readonly buckets: { readonly artifacts: ObjectStore; readonly registry: ObjectStore };
  /** What the store cannot do and Coppice would use, one line each. */
  readonly lacks: readonly string[];
}

export interface OpenStoreOptions {
  readonly metrics?: StoreMetrics;
  /** Names this process in what it writes down. */
  readonly replica?: string;
}

type StoreSettings = Pick<Settings, 'store' | 'home'> & Partial<Pick<Settings, 'cacheDays'>>;

const trustFileOf = ({ home }: StoreSettings): string => join(home, 'trust.json');
const signingKeyOf = ({ home }: StoreSettings): string => join(home, 'keys', 'registry.pem');
const headsOf = ({ home, store }: StoreSettings) => createHeads(join(home, 'heads', store.registryBucket));

function openBucket({ store }: StoreSettings, bucket: string): ObjectStore {
  const { endpoint, accessKey, region } = store;
  return createMinioObjectStore({ endpoint, accessKey, secretKey: store.secretKey.reveal(), region, bucket });
}

/** Reads any bucket of the store, for sources that stand in one. */
export function openBucketReader(settings: StoreSettings) {
  return {
    list: async function* (bucket: string, prefix: string, after?: string) {
      yield* openBucket(settings, bucket).list(prefix, after === undefined ? {} : { after });
    },
    read: (bucket: string, key: string, limitBytes?: number): Promise<Uint8Array> =>
      openBucket(settings, bucket).read(key, limitBytes),
    stream: async function* (bucket: string, key: string): AsyncGenerator<Uint8Array> {
      yield* (await openBucket(settings, bucket).get(key)).stream as AsyncIterable<Uint8Array>;
    },
  };
}

/**
 * Opens the store of the settings; creates its buckets where they are missing.
 * @throws CoppiceFailure ArtifactStoreUnavailable where it does not answer, InvalidInput where it refuses the
 *   credentials
 */
export async function openStore(settings: StoreSettings, options: OpenStoreOptions = {}): Promise<OpenStore> {
  const { artifactsBucket, registryBucket } = settings.store;
  const blobs = openBucket(settings, artifactsBucket);
  const registry = openBucket(settings, registryBucket);
  await blobs.ensureBucket({ objectLock: false });
  const lacks = await findLacks(registry, await registry.ensureBucket({ objectLock: true }));
  const artifacts = createArtifactStore(blobs, options.metrics);
  const trust = createFileTrust({ objects: registry, trustFile: trustFileOf(settings) });
  return {
    artifacts,
    cache: createStepCache(blobs, artifacts, {
      ...(settings.cacheDays !== undefined && { ageLimitMs: settings.cacheDays * 24 * 3_600_000 }),
    }),
    lineage: createLineageLog(blobs, artifacts),
    registry: createRegistryReader({ objects: registry, trust, heads: headsOf(settings) }),
    trust,
    observations: createObservationLog(
      blobs,
      options.replica === undefined ? {} : { replica: options.replica },
    ),
    dataSchemas: openDataSchemas(blobs),
    preferenceStudies: openPreferenceStudies(blobs),
    leases: createLeases(blobs),
    claims: createClaims(blobs),
    buckets: { artifacts: blobs, registry },
    lacks,
  };
}

/**
 * For the process on the queue `registry` only: opens the private key, or makes it, and publishes its public half.
 * @throws CoppiceFailure InvalidInput where the key's file may be read by others, or where readers do not trust the key
 */
export async function openRegistryWriter(
  settings: StoreSettings & Pick<Settings, 'signingCommand'>,
  { artifacts, buckets, registry, trust }: OpenStore,
): Promise<RegistryWriter & { readonly keys: KeyRing }> {
  const { signingCommand } = settings;
  const objects = buckets.registry;
  const now = () => new Date();
  const keys = await openKeyRing({
    objects,
    trust,
    keys:
      signingCommand === undefined
        ? createKeyFile(signingKeyOf(settings))
        : createSigningCommand(signingCommand),
    readHeads: () => readHeads(registry),
    now,
  });
  const heads = headsOf(settings);
  const { signer } = keys;
  return { ...createRegistryWriter({ objects, artifacts, signer, trust, heads, now }), keys };
}
