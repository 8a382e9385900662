// What a trained encoder answers on given rows: probabilities of a classifier, tags of a classifier of tokens. What is served
// is scored: where weights are to be quantized, the file is made, kept, and loaded.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { ScoringJob, ScoringOutcome } from '../../contracts/training-job.ts';
import { parseBertConfig } from '../../pipeline/model/config.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { parseJson } from '../../pipeline/model/model-files.ts';
import { readServed, writeQuantized } from '../../pipeline/model/quantized-files.ts';
import type { TokenRows } from '../../pipeline/training/token-rows.ts';
import { loadOnnxClassifier } from '../../runtimes/onnx/classifier.ts';
import { loadOnnxTokenClassifier } from '../../runtimes/onnx/token-classifier.ts';
import type { TrainerContext } from './context.ts';
import { openTokenRows, readServedFiles } from './inputs.ts';

/** Rows between two looks at whether to go on. */
const CHUNK = 256;

/** @throws CoppiceFailure InvalidInput, TrainingInterrupted, and those of the store */
export async function score(job: ScoringJob, context: TrainerContext): Promise<ScoringOutcome> {
  const { artifacts } = context;
  const tokens = await openTokenRows(artifacts, job.tokens);
  try {
    const wrong = job.rows.find((row) => row >= tokens.rows);
    if (wrong !== undefined)
      throw new CoppiceFailure('InvalidInput', `rows: there is no row ${wrong}`, { row: wrong });
    const { files, quantized } = await filesToScore(job, artifacts);
    const answers = await (isTokenClassifier(files) ? tag : classify)(files, { job, tokens, context });
    return { probabilities: await artifacts.putJson({ ...answers, ...(quantized && { quantized }) }) };
  } finally {
    tokens.close();
  }
}

interface Scoring {
  readonly job: ScoringJob;
  readonly tokens: TokenRows;
  readonly context: TrainerContext;
}

/** A row of probabilities a document. */
async function classify(files: ModelFiles, scoring: Scoring) {
  const classifier = loadOnnxClassifier(files); // as the gateway answers
  const probabilities = await answerRows(scoring, async (row) => [
    ...(await classifier.score(row, [row.length])),
  ]);
  await classifier.close();
  return { labels: classifier.labels, probabilities };
}

/** A class and its probability a token. */
async function tag(files: ModelFiles, scoring: Scoring) {
  const classifier = loadOnnxTokenClassifier(files);
  const tags = await answerRows(scoring, classifier.tag);
  await classifier.close();
  return { labels: classifier.labels, tags };
}

async function answerRows<T>(
  { job, tokens, context: { report, stopRequested } }: Scoring,
  answer: (row: Int32Array) => Promise<T>,
): Promise<T[]> {
  const { ids, lengths, contextLength } = tokens;
  const answers: T[] = [];
  for (const row of job.rows) {
    const start = row * contextLength;
    answers.push(await answer(Int32Array.from(ids.subarray(start, start + lengths[row]))));
    if (answers.length % CHUNK > 0 && answers.length < job.rows.length) continue;
    report({ phase: job.kind, step: answers.length, totalSteps: job.rows.length });
    await new Promise(setImmediate);
    if (stopRequested()) throw new CoppiceFailure('TrainingInterrupted', 'scoring was stopped');
  }
  return answers;
}

const isTokenClassifier = ({ config }: ModelFiles): boolean =>
  parseBertConfig(parseJson(config)).head === 'token-classification';

async function filesToScore(
  { weights, precision }: ScoringJob,
  artifacts: ArtifactStore,
): Promise<{ files: ModelFiles; quantized?: ArtifactReference }> {
  const files = await readServedFiles(artifacts, weights);
  if (precision !== 'int8') return { files };
  const served = readServed(files);
  if (served.quantized) return { files };
  const bytes = writeQuantized(served);
  const quantized = await artifacts.putBytes(bytes, { mediaType: mediaTypes.safetensors });
  return { files: { ...files, weights: bytes }, quantized };
}
