// What a task's side of the gateway is given, and what it must give whatever the task is.
import type { z } from 'zod';
import type { preprocessingSchema } from '../../contracts/version-package.ts';
import type { TaskFiles } from './task.ts';

/** A package as it lies beside the gateway. */
export interface PackageOnDisk {
  readonly version: number;
  readonly load: TaskFiles;
  readonly preprocessing: z.output<typeof preprocessingSchema>;
  /** Told each clean text that is asked about. */
  readonly hear?: (text: string) => void;
  readonly read: <T>(name: string, schema: z.ZodType<T>) => Promise<T>;
}

/** What versions of all tasks have. */
export interface LoadedBase {
  readonly version: number;
  readonly ended: Promise<void>;
  stop(): void;
}
