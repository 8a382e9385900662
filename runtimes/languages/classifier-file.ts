// Classifiers that a model file names, from their files.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ClassifierFile } from '../../contracts/model-spec/harmful-text.ts';
import {
  largestClassifierFileBytes,
  readClassifier,
} from '../../pipeline/cleaning/text-classifier/classifier-file.ts';
import type { TextClassifier } from '../../pipeline/cleaning/text-classifier/text-classifier.ts';

/** @throws Error where the file cannot be read, is no classifier, or has changed since the model file was applied */
export async function readTextClassifier({ path, digest }: ClassifierFile): Promise<TextClassifier> {
  const { size } = await stat(path);
  if (size > largestClassifierFileBytes) throw new Error(`${path} is too large for a text classifier`);
  const bytes = await readFile(path);
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (digest !== undefined && digest !== found)
    throw new Error(`${path} is not what it was when the model file was applied: apply it again`);
  return readClassifier(bytes);
}
