// Captured texts are kept for as long as the model file says, and no longer.
import { defaultRetentionDays } from '../../contracts/model-spec/serving.ts';
import type { ObjectStore } from '../object-store.ts';
import type { RegistryReader } from '../registry/registry-reader.ts';
import { createSweep, type Sweep } from './sweep.ts';

const dayMs = 24 * 3_600_000;

export interface CaptureSources {
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly registry: Pick<RegistryReader, 'readSpec'>;
}

/** @param now milliseconds; an object goes once all that it can hold is too old, by the hour in its key */
export async function sweepCaptures(
  { objects, registry }: CaptureSources,
  sweep: Sweep,
  now: number,
): Promise<void> {
  const days = new Map<string, number>();
  for await (const object of objects.list('captures/')) {
    const [, model, hour] = object.key.split('/');
    const retention = days.get(model) ?? (await retentionOf(registry, model));
    days.set(model, retention);
    const writtenBefore = Date.parse(`${hour}:59:59.999Z`);
    if (writtenBefore + retention * dayMs < now) await sweep.take('captured texts', object);
  }
}

/** Where a model file no longer captures, what it once did goes as it would by default. */
async function retentionOf(registry: CaptureSources['registry'], model: string): Promise<number> {
  const stored = await registry.readSpec(model);
  return stored?.spec.serving?.capture?.retentionDays ?? defaultRetentionDays;
}

/** For a gateway, which captures and therefore also removes. @returns how many objects went */
export async function removeExpiredCaptures(sources: CaptureSources, now: Date): Promise<number> {
  const sweep = createSweep(sources.objects, true);
  await sweepCaptures(sources, sweep, now.getTime());
  const amounts = await sweep.finish();
  return amounts.reduce((sum, { objects }) => sum + objects, 0);
}
