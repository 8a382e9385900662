// A corpus of made-up documents in a store of memory, and jobs on it that take a second on the plain backend.
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { ArtifactReference } from '../../../../contracts/artifact.ts';
import { mediaTypes } from '../../../../contracts/artifact.ts';
import type { FineTuningJob, PretrainingJob } from '../../../../contracts/training-job.ts';
import { fineTuningJobSchema, pretrainingJobSchema } from '../../../../contracts/training-job.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { openPlainSession } from '../../../../pipeline/training/plain-session.ts';
import type { TrainerContext } from '../../../../worker/trainer/context.ts';
import { openTokenRows } from '../../../../worker/trainer/inputs.ts';

const ROWS = 48;
const CONTEXT = 10;
const VOCABULARY = 40;

const meta = {
  rows: ROWS,
  contextLength: CONTEXT,
  vocabularySize: VOCABULARY,
  padId: 0,
  maskId: 4,
  clsId: 2,
  sepId: 3,
};

/** Documents of two kinds: the words of one have low numbers, those of the other high ones. */
async function putTinyTokens(artifacts: ArtifactStore): Promise<ArtifactReference> {
  const random = createRandom(5);
  const ids = new Uint16Array(ROWS * CONTEXT);
  const lengths = new Uint16Array(ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    lengths[row] = 4 + random.integer(CONTEXT - 3);
    const words = Array.from({ length: lengths[row] - 2 }, () => 5 + (row % 2) * 17 + random.integer(17));
    ids.set([2, ...words, 3], row * CONTEXT);
  }
  const put = (values: Uint16Array) =>
    artifacts.putBytes(new Uint8Array(values.buffer), { mediaType: mediaTypes.tokens });
  return artifacts.putDirectory({
    'ids.bin': await put(ids),
    'lengths.bin': await put(lengths),
    'documents.json': await artifacts.putJson(Array.from({ length: ROWS }, (_, row) => `made-up/${row}`)),
    'meta.json': await artifacts.putJson(meta),
  });
}

const architecture = { layers: 1, hiddenSize: 16, heads: 2, intermediateSize: 24, contextLength: CONTEXT };

export async function fineTuningJob(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
  options: Readonly<Record<string, unknown>> = {},
): Promise<FineTuningJob> {
  const examples = (from: number, to: number) =>
    artifacts.putJson(
      Array.from({ length: to - from }, (_, index) => ({ row: from + index, label: (from + index) % 2 })),
    );
  return fineTuningJobSchema.parse({
    kind: 'fine-tuning',
    key: 'tiny/fine-tuning',
    seed: 3,
    tokens: await putTinyTokens(artifacts),
    architecture,
    labels: ['low', 'high'],
    examples: { training: await examples(0, 40), validation: await examples(40, ROWS) },
    options: {
      batchSize: 8,
      epochs: 6,
      learningRate: 0.04,
      tokenNoise: 0.1,
      labelSmoothing: 0.05,
      ...options,
    },
    ...changes,
  });
}

export async function pretrainingJob(
  artifacts: ArtifactStore,
  options: Readonly<Record<string, unknown>> = {},
): Promise<PretrainingJob> {
  return pretrainingJobSchema.parse({
    kind: 'pretraining',
    key: 'tiny/pretraining',
    seed: 3,
    tokens: await putTinyTokens(artifacts),
    architecture,
    options: { batchSize: 8, epochs: 40, learningRate: 0.006, dropout: 0, ...options },
  });
}

const END = 3;

/** Texts that count upwards from where they begin, so that each token but the first follows from the one before. */
export async function putTinyStream(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
  documents = ROWS,
): Promise<ArtifactReference> {
  const random = createRandom(6);
  const texts = Array.from({ length: documents }, () => {
    const from = 5 + random.integer(VOCABULARY - 5);
    return Array.from(
      { length: 3 + random.integer(12) },
      (_, index) => 5 + ((from + index) % (VOCABULARY - 5)),
    );
  });
  const ids = Uint16Array.from(texts.flatMap((text) => [...text, END]));
  let end = 0;
  const ends = Float64Array.from(texts, ({ length }) => (end += length + 1));
  const put = (values: Uint16Array | Float64Array) =>
    artifacts.putBytes(new Uint8Array(values.buffer), { mediaType: mediaTypes.tokens });
  const described = { documents, tokens: end, vocabularySize: VOCABULARY, endOfTextId: END };
  return artifacts.putDirectory({
    'ids.bin': await put(ids),
    'ends.bin': await put(ends),
    'bytes.bin': await put(Float64Array.from(texts, ({ length }) => 3 * length)),
    'meta.json': await artifacts.putJson({ layout: 'stream', ...described, ...changes }),
  });
}

export async function autoregressiveJob(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<PretrainingJob> {
  return pretrainingJobSchema.parse({
    kind: 'pretraining',
    key: 'tiny/autoregressive',
    seed: 3,
    tokens: await putTinyStream(artifacts),
    architecture: { ...architecture, architecture: 'gpt2' },
    heldOutDocuments: 8,
    options: { batchSize: 8, epochs: 8, learningRate: 0.04, dropout: 0.05 },
    ...changes,
  });
}

/** A store of memory, and a trainer's context on it that can be told to stop. */
export function createTinyTrainer() {
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  /** @param stopAfter stop once this many steps were taken; never by default */
  const context = (stopAfter = Infinity): TrainerContext => {
    let steps = 0;
    const stopRequested = () => (steps += 1) >= stopAfter;
    const openSession = openPlainSession;
    const memory = { available: () => Infinity, resident: () => 0, peak: () => 0 };
    const environment = { backend: 'cpu' };
    return { artifacts, objects, openSession, memory, report: () => undefined, stopRequested, environment };
  };
  return { artifacts, objects, context };
}

/** A token's class is whether its id is even; the frame around the text has none. */
export async function taggingJob(
  artifacts: ArtifactStore,
  options: Record<string, unknown> = {},
): Promise<FineTuningJob> {
  const job = await fineTuningJob(artifacts, { level: 'token', labels: ['even', 'odd'] }, options);
  const { lengths, ids, contextLength, close } = await openTokenRows(artifacts, job.tokens);
  const tagged = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => {
      const row = from + index;
      const start = row * contextLength;
      const tokens = [...ids.subarray(start, start + lengths[row])];
      return { row, labels: tokens.map((id) => (id < 5 ? -1 : id % 2)) };
    });
  const examples = {
    training: await artifacts.putJson(tagged(0, 40)),
    validation: await artifacts.putJson(tagged(40, 48)),
  };
  close();
  return { ...job, examples };
}
