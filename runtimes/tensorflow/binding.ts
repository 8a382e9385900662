// The one place that loads the native TensorFlow addon.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs';
import { z } from 'zod';

// Not by import, which would come before what the addon and the library need to find.
const require = createRequire(import.meta.url);
const versionSchema = z.object({ version: z.string() });

export interface TensorFlowOptions {
  /** Threads that share one operation; default: as many as processors. */
  readonly threads?: number;
}

/** What tfjs-node 4.22 still calls, and Node 23 removed. */
const removedFromNode: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};

/**
 * Makes native TensorFlow the backend of `@tensorflow/tfjs` in this process, for whoever imports that package.
 * Threads and logging are settled by the first call.
 */
export async function loadTensorflow({ threads }: TensorFlowOptions = {}): Promise<typeof TensorFlow> {
  prepare({ threads });
  for (const [name, replacement] of Object.entries(removedFromNode)) {
    if (!(name in util)) Object.assign(util, { [name]: replacement });
  }
  const tensorflow = require('@tensorflow/tfjs-node') as typeof TensorFlow;
  await tensorflow.ready();
  return tensorflow;
}

/** What the library reads when it is loaded. */
function prepare({ threads }: TensorFlowOptions): void {
  setNative('TF_CPP_MIN_LOG_LEVEL', '2'); // errors only
  // oneDNN's kernels: the default only where the processor has AVX-512, and a third faster where it has not.
  setNative('TF_ENABLE_ONEDNN_OPTS', '1');
  if (threads !== undefined) setNative('TF_NUM_INTRAOP_THREADS', String(threads));
}

/** Sets a variable that the native library reads when it is loaded; one that is set already stays. */
function setNative(name: string, value: string): void {
  process.env[name] ??= value;
}

/** The addon below tfjs-node, as far as it is used here: tensors by number, and SavedModels that are run by names. */
export interface NativeBinding {
  readonly createTensor: (
    shape: readonly number[],
    type: number,
    values: Float32Array | Int32Array,
  ) => number;
  readonly deleteTensor: (tensor: number) => void;
  readonly tensorDataSync: (tensor: number) => Float32Array;
  readonly loadSavedModel: (directory: string, tags: string) => number;
  readonly deleteSavedModel: (model: number) => void;
  readonly runSavedModel: (
    model: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ) => readonly { readonly id: number }[];
}

/**
 * Loads the addon alone: half of what loading `@tensorflow/tfjs-node` takes is its JavaScript.
 * @returns the same addon in all of a process
 */
export function loadBinding(options: TensorFlowOptions = {}): NativeBinding {
  prepare(options);
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-node/package.json')), 'lib');
  const [built] = readdirSync(folder).filter((name) => name.startsWith('napi-v'));
  return require(join(folder, built, 'tfjs_binding.node')) as NativeBinding;
}

/** The version of tfjs-node, which brings the addon. */
export const addonVersion = (): string =>
  versionSchema.parse(require('@tensorflow/tfjs-node/package.json')).version;
