// A SavedModel in memory on native TensorFlow: fed and fetched by name, through tfjs-node's addon.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataType } from '../../pipeline/graph/tensorflow/saved-model-schema.ts';
import type { NativeBinding } from './binding.ts';
import { loadBinding } from './binding.ts';

/** A value on its way into a graph. */
export interface Feed {
  /** Of the placeholder. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export interface SavedModel {
  /**
   * Runs what the fetches need; blocks the event loop.
   * @param fetches names of outputs: `n7`, or `n7:1` for a node's second
   */
  readonly run: (feeds: readonly Feed[], fetches: readonly string[]) => Float32Array[];
  readonly dispose: () => void;
}

/** @param bytes the content of `saved_model.pb` */
export async function loadSavedModel(bytes: Uint8Array): Promise<SavedModel> {
  const binding = loadBinding();
  const directory = await mkdtemp(join(tmpdir(), 'coppice-graph-'));
  try {
    await writeFile(join(directory, 'saved_model.pb'), bytes);
    const model = binding.loadSavedModel(directory, 'serve');
    return { run: createRun(binding, model), dispose: () => binding.deleteSavedModel(model) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const withIndex = (name: string): string => (name.includes(':') ? name : `${name}:0`);

function createRun(binding: NativeBinding, model: number): SavedModel['run'] {
  return (feeds, fetches) => {
    const tensors = feeds.map(({ shape, values }) =>
      binding.createTensor(shape, values instanceof Int32Array ? dataType.int32 : dataType.float32, values),
    );
    try {
      const names = feeds.map(({ name }) => withIndex(name)).join();
      const results = binding.runSavedModel(model, tensors, names, fetches.map(withIndex).join());
      return results.map(({ id }) => {
        const values = binding.tensorDataSync(id);
        binding.deleteTensor(id);
        return values;
      });
    } finally {
      for (const tensor of tensors) binding.deleteTensor(tensor);
    }
  };
}
