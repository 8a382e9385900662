// What `coppice export --browser` puts beside a model's files, as one script: opens the model in a page.
import * as tf from '@tensorflow/tfjs';
import type { LanguageModel } from './language-model.ts';
import { openFiles } from './open-files.ts';
import type { PackageFiles } from './package-files.ts';
import { fetchPackage } from './package-files.ts';
import { holdTensors } from './tensor-graph.ts';
import type { TextClassifier } from './text-classifier.ts';

export interface OpenOptions {
  /** Of TensorFlow.js, `webgl` or `cpu`; default: the fastest that the browser has. */
  readonly backend?: string;
}

/**
 * @param from address of the exported folder, or what is in its files
 * @throws RangeError for a backend or a kind of model that there is not
 * @example const model = await openModel('/models/mail-filter'); await model.classify('Cheap pills!')
 */
export async function openModel(
  from: string | URL | PackageFiles,
  { backend }: OpenOptions = {},
): Promise<TextClassifier | LanguageModel> {
  if (backend !== undefined && !(await tf.setBackend(backend)))
    throw new RangeError(`there is no backend ${backend} here`);
  await tf.ready();
  const files = typeof from === 'string' || from instanceof URL ? await fetchPackage(from) : from;
  return openFiles(files, holdTensors);
}
