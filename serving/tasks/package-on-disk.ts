// What a task's side of the gateway is given, and what it must give whatever the task is.
import type { z } from 'zod';
import type { ServingLimits } from '../../contracts/model-spec/serving.ts';
import type { preprocessingSchema } from '../../contracts/version-package.ts';
import type { ModelProcessObserver, SupervisionOptions } from '../supervised-process.ts';
import type { TaskFiles } from './task.ts';

/** A package as it lies beside the gateway. */
export interface PackageOnDisk {
  readonly version: number;
  readonly load: TaskFiles;
  readonly limits: ServingLimits;
  /** Told how the version's process does. */
  readonly observer: ModelProcessObserver;
  readonly preprocessing: z.output<typeof preprocessingSchema>;
  /** Told each clean text that is asked about. */
  readonly hear?: (text: string) => void;
  readonly read: <T>(name: string, schema: z.ZodType<T>) => Promise<T>;
}

/** What versions of all tasks have. */
export interface LoadedBase {
  readonly version: number;
  /** Its process has ended, and no other takes its place. */
  readonly ended: Promise<void>;
  /** Ends it once it has answered what it was asked, and nothing more comes. */
  retire(): void;
  /** Ends it at once. */
  stop(): void;
}

/** What the model file says of a version's process. */
export function supervisionOf({
  limits: { silenceSeconds, memoryMiB },
  observer,
}: PackageOnDisk): Omit<SupervisionOptions, 'maximumWaiting'> {
  return {
    ...{ silenceMs: silenceSeconds * 1_000, observer },
    ...(memoryMiB !== undefined && { memoryBytes: memoryMiB * 2 ** 20 }),
  };
}
