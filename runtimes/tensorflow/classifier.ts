// A trained classifier on native TensorFlow: scores evaluation sets, and answers the gateway's requests.
import type { Classifier } from '../../pipeline/model/classifier.ts';
import { createClassifier } from '../../pipeline/model/classifier.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { loadTensorflow } from './binding.ts';

export type { Classifier };

/**
 * Loads a classifier from its two files. Every answer blocks the event loop (6 ms a document of 128 tokens,
 * 45 ms for 32), so it belongs in a process of its own.
 * @throws ModelFormatError when the files are malformed or hold no classifier
 */
export async function loadClassifier(files: ModelFiles): Promise<Classifier> {
  await loadTensorflow();
  return createClassifier(files);
}
