// A classifier in its process: texts to probabilities.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFiles } from '../../contracts/version-package.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { LoadTask } from './task.ts';

export interface ClassificationWords {
  readonly facts: { readonly labels: readonly string[] };
  /** Texts, already clean. */
  readonly question: readonly string[];
  readonly piece: never;
  /** Probabilities by class index, a row a text. */
  readonly answer: readonly (readonly number[])[];
}

export const loadClassification: LoadTask<ClassificationWords> = async ({
  directory,
  contextLength,
  weights,
}) => {
  const read = (name: string) => readFile(join(directory, name));
  const tokenizer = await loadTokenizer((await read(packageFiles.tokenizer)).toString('utf8'));
  const classifier = loadOnnxClassifier({
    config: (await read(packageFiles.config)).toString('utf8'),
    weights: await read(weights),
  });
  checkVocabulary(tokenizer, classifier);
  const score = async (texts: readonly string[]): Promise<number[][]> => {
    const { ids, lengths } = await tokenizer.encodeBatch(texts, contextLength);
    return rows(await classifier.score(Int32Array.from(ids), lengths), classifier.labels.length);
  };
  await score(['']);
  return { facts: { labels: classifier.labels }, answer: score };
};

function rows(flat: Float32Array, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, row) => [
    ...flat.subarray(row * width, (row + 1) * width),
  ]);
}
