// A classifier in its process: texts to probabilities.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { packageFiles } from '../../contracts/version-package.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadOnnxEmbedder, type OnnxEmbedder } from '../../runtimes/onnx/embedder.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { LoadedTask, LoadTask } from './task.ts';

/** Vectors of texts, in the place of probabilities. */
export interface EmbeddingQuestion {
  /** Texts, already clean. */
  readonly embed: readonly string[];
}

export interface ClassificationWords {
  readonly facts: { readonly labels: readonly string[] };
  /** Texts, already clean. */
  readonly question: readonly string[] | EmbeddingQuestion;
  /** Of vectors: how many tokens the texts have. */
  readonly piece: { readonly tokens: number };
  /** Probabilities by class index, or a vector; a row a text. */
  readonly answer: readonly (readonly number[])[];
}

export const loadClassification: LoadTask<ClassificationWords> = async ({
  directory,
  contextLength,
  weights,
}) => {
  const read = (name: string) => readFile(join(directory, name));
  const tokenizer = await loadTokenizer((await read(packageFiles.tokenizer)).toString('utf8'));
  const files = {
    config: (await read(packageFiles.config)).toString('utf8'),
    weights: await read(weights),
  };
  const classifier = loadOnnxClassifier(files);
  const embedder = createEmbedder(files);
  checkVocabulary(tokenizer, classifier);
  const score = async (texts: readonly string[]): Promise<number[][]> => {
    const { ids, lengths } = await tokenizer.encodeBatch(texts, contextLength);
    return rows(await classifier.score(Int32Array.from(ids), lengths), classifier.labels.length);
  };
  await score(['']);
  return {
    facts: { labels: classifier.labels },
    answer: async (question, { signal, tell }) => {
      if (!isEmbedding(question)) return score(question);
      const { ids, lengths } = await tokenizer.encodeBatch(question.embed, contextLength);
      const width = ids.length / lengths.length;
      const texts = Array.from(lengths, (length, row) =>
        Int32Array.from(ids.slice(row * width, row * width + length)),
      );
      return embedder(texts, { signal, tell });
    },
  };
};

const isEmbedding = (question: ClassificationWords['question']): question is EmbeddingQuestion =>
  'embed' in question;

/** The encoder is loaded once more when a vector is first asked for, and never where none is. */
function createEmbedder(files: ModelFiles) {
  let loaded: OnnxEmbedder | undefined;
  return async (
    rowsOfIds: readonly Int32Array[],
    { signal, tell }: Parameters<LoadedTask<ClassificationWords>['answer']>[1],
  ): Promise<number[][]> => {
    loaded ??= loadOnnxEmbedder(files);
    const vectors: number[][] = [];
    for (const row of rowsOfIds) {
      signal.throwIfAborted();
      vectors.push([...(await loaded.embed(row))]);
      await setImmediate(); // classifications go on meanwhile
    }
    tell({ tokens: rowsOfIds.reduce((sum, { length }) => sum + length, 0) });
    return vectors;
  };
}

function rows(flat: Float32Array, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, row) => [
    ...flat.subarray(row * width, (row + 1) * width),
  ]);
}
