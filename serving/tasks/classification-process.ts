// A classifier in its process: texts to probabilities.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { packageFiles } from '../../contracts/version-package.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import { loadOnnxClassifier, type OnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadOnnxEmbedder, type OnnxEmbedder } from '../../runtimes/onnx/embedder.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { createDynamicBatches } from './dynamic-batches.ts';
import type { LoadedTask, LoadTask } from './task.ts';

/** Of like length together, where the model file says nothing else. */
const defaultSize = 8;

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

export const loadClassification: LoadTask<ClassificationWords> = async (
  { directory, contextLength, weights, batching },
  onBatch,
) => {
  const read = (name: string) => readFile(join(directory, name));
  const tokenizer = await loadTokenizer((await read(packageFiles.tokenizer)).toString('utf8'));
  const files = {
    config: (await read(packageFiles.config)).toString('utf8'),
    weights: await read(weights),
  };
  const classifier = loadOnnxClassifier(files);
  const embedder = createEmbedder(files);
  checkVocabulary(tokenizer, classifier);
  const { labels, groupOf, scoreTogether } = classifier;
  const encode = async (texts: readonly string[]): Promise<Int32Array[]> => {
    const { ids, lengths } = await tokenizer.encodeBatch(texts, contextLength);
    const width = ids.length / lengths.length;
    return Array.from(lengths, (length, row) =>
      Int32Array.from(ids.slice(row * width, row * width + length)),
    );
  };
  const compute = async (documents: readonly Int32Array[]): Promise<number[][]> => {
    const probabilities = await scoreTogether(documents);
    return rows(probabilities, labels.length);
  };
  const maximumSize = batching?.maximumSize ?? defaultSize;
  const batches = createDynamicBatches<Int32Array, number[]>({
    groupOf: ({ length }) => groupOf(length).length,
    sizeOf: (length) => Math.min(maximumSize, groupOf(length).size),
    maximumWaitMs: batching?.maximumWaitMs ?? 0,
    compute: (documents) => {
      onBatch(documents.length);
      return compute(documents);
    },
  });
  await warmUp(classifier, { contextLength, maximumSize, compute });
  return {
    facts: { labels },
    answer: async (question, { signal, tell }) => {
      if (isEmbedding(question)) return embedder(await encode(question.embed), { signal, tell });
      return Promise.all((await encode(question)).map((document) => batches.add(document, signal)));
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

interface WarmUp {
  readonly contextLength: number;
  readonly maximumSize: number;
  readonly compute: (documents: readonly Int32Array[]) => Promise<number[][]>;
}

/** Documents of the lengths that are kept ready, alone and as many together as there will be. */
async function warmUp(
  { groupOf, lengths }: Pick<OnnxClassifier, 'groupOf' | 'lengths'>,
  { contextLength, maximumSize, compute }: WarmUp,
): Promise<void> {
  const reached = lengths.filter((length) => length < contextLength + lengths[0]);
  for (const length of reached.map((it) => Math.min(it, contextLength))) {
    const most = Math.min(maximumSize, groupOf(length).size);
    for (let size = 1; size <= most; size *= 2) {
      await compute(Array.from({ length: size }, () => new Int32Array(length)));
    }
  }
}

function rows(flat: Float32Array, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, row) => [
    ...flat.subarray(row * width, (row + 1) * width),
  ]);
}
