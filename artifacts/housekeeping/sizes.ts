// How large things are: artifacts by the model and stage that made them, the rest by kind, to the last byte of a bucket.
import type { Amount, Sizes } from '../../contracts/housekeeping.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { blobKey } from '../blobs.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';
import { createStageSizes, findMakers } from './makers.ts';
import { referencesIn } from './reachability.ts';

/** What the first part of a key holds, in words. */
const kinds: Readonly<Record<string, string>> = {
  blobs: 'artifacts of no stage', // specs, scores, labels as they were read
  steps: 'cached steps',
  lineage: 'lineage index',
  collections: 'cursors',
  checkpoints: 'checkpoint pointers',
  observations: 'observations',
  captures: 'captured texts',
  leases: 'leases',
  claims: 'claims',
  gateways: 'keys of gateways',
  holds: 'holds',
  quarantine: 'quarantine',
};

/** @param objects the bucket of artifacts; @param registry the other one, counted as one kind */
export async function measureSizes({
  objects,
  registry,
  artifacts,
}: {
  objects: ObjectStore;
  registry: ObjectStore;
  artifacts: ArtifactStore;
}): Promise<Sizes> {
  const makers = await findMakers(objects, artifacts);
  for (const [digest, model] of await findCheckpoints(objects))
    if (!makers.has(digest)) makers.set(digest, { model, stage: 'checkpoint' });
  const stages = createStageSizes();
  const rest = new Map<string, Amount>();
  const total = { objects: 0, sizeBytes: 0 };
  const count = (what: string, sizeBytes: number) => {
    const { objects: before, sizeBytes: size } = rest.get(what) ?? { objects: 0, sizeBytes: 0 };
    rest.set(what, { what, objects: before + 1, sizeBytes: size + sizeBytes });
  };

  for await (const { key, sizeBytes } of objects.list('')) {
    total.objects += 1;
    total.sizeBytes += sizeBytes;
    const maker = key.startsWith('blobs/')
      ? makers.get(`sha256:${key.slice(blobKey('sha256:').length)}`)
      : undefined;
    if (maker) stages.add(maker, sizeBytes);
    else count(kinds[key.split('/')[0]] ?? 'other', sizeBytes);
  }
  for await (const { sizeBytes } of registry.list('')) {
    total.objects += 1;
    total.sizeBytes += sizeBytes;
    count('registry', sizeBytes);
  }
  return { stages: stages.rows(), rest: [...rest.values()].sort((a, b) => b.sizeBytes - a.sizeBytes), total };
}

/** @returns the model by the digest of what its checkpoints point to: `checkpoints/<lifecycle or repair>/<model>/…` */
async function findCheckpoints(objects: ObjectStore): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key } of objects.list('checkpoints/')) {
    const bytes = await readObject(objects, key);
    if (bytes === undefined) continue;
    for (const { digest } of referencesIn(JSON.parse(bytes.toString()))) found.set(digest, key.split('/')[2]);
  }
  return found;
}
