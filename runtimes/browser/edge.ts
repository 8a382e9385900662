// What `coppice export --format edge` puts beside a model's files, as one script: opens the model, and keeps it for the time
// without a network.
import { packageFiles, quantizedWeights } from '../../contracts/version-package.ts';
import type { LanguageModel } from './language-model.ts';
import { holdOnnxParameters, startRuntime } from './onnx-graph.ts';
import { openFiles } from './open-files.ts';
import { fetchPackage } from './package-files.ts';
import type { TextClassifier } from './text-classifier.ts';

/** What a page has and TypeScript does not know of here. */
interface Page {
  readonly navigator: {
    readonly serviceWorker?: { register(url: string): Promise<unknown>; readonly ready: Promise<unknown> };
  };
}

/**
 * @param from address of the exported folder
 * @throws RangeError for a kind of model that a page does not open; Error naming the file that did not come
 * @example const model = await openModel('/models/mail-filter'); await model.classify('Cheap pills!')
 */
export async function openModel(from: string | URL): Promise<TextClassifier | LanguageModel> {
  const [files] = await Promise.all([
    fetchPackage(from, { ...packageFiles, weights: quantizedWeights }),
    startRuntime(new URL('./ort-wasm-simd-threaded.wasm', import.meta.url).href),
  ]);
  return openFiles(files, holdOnnxParameters);
}

/** Has the browser keep all files of the folder. From the second visit on the page needs no network. */
export async function workOffline(): Promise<void> {
  const { serviceWorker } = (globalThis as unknown as Page).navigator;
  if (!serviceWorker) return; // not over plain HTTP from another machine
  await serviceWorker.register(new URL('./service-worker.js', import.meta.url).href);
  await serviceWorker.ready;
}
