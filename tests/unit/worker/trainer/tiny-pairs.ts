// Made-up prompts whose answer follows from their first token, in a store of memory.
import type { ArtifactStore } from '../../../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../../../contracts/artifact.ts';
import { mediaTypes } from '../../../../contracts/artifact.ts';
import type { SupervisedFineTuningJob } from '../../../../contracts/training-job.ts';
import { supervisedFineTuningJobSchema } from '../../../../contracts/training-job.ts';
import { gptConfigOf } from '../../../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../../../pipeline/model/layout.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { putTinyStream } from './tiny-job.ts';

const ROWS = 60;
const CONTEXT = 10;
const VOCABULARY = 40;
const END = 3;

/** A prompt begins with one of four tokens, noise follows and a colon; the answer are the two tokens of the first. */
export async function putTinyPairs(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<ArtifactReference> {
  const random = createRandom(7);
  const ids = new Uint16Array(ROWS * CONTEXT);
  const lengths = new Uint16Array(ROWS);
  const answers = new Uint16Array(ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    const subject = random.integer(4);
    const noise = Array.from({ length: random.integer(5) }, () => 20 + random.integer(20));
    const prompt = [6 + subject, ...noise, 5];
    const pair = [...prompt, 10 + subject, 14 + subject, END];
    ids.set(pair, row * CONTEXT);
    lengths[row] = pair.length;
    answers[row] = prompt.length;
  }
  const put = (values: Uint16Array | Float64Array) =>
    artifacts.putBytes(new Uint8Array(values.buffer), { mediaType: mediaTypes.tokens });
  const described = { rows: ROWS, contextLength: CONTEXT, vocabularySize: VOCABULARY };
  return artifacts.putDirectory({
    'ids.bin': await put(ids),
    'lengths.bin': await put(lengths),
    'answers.bin': await put(answers),
    'bytes.bin': await put(new Float64Array(ROWS).fill(6)),
    'meta.json': await artifacts.putJson({
      ...{ layout: 'pairs', ...described, padId: 0, endOfTextId: END },
      ...changes,
    }),
  });
}

export async function supervisedJob(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
  options: Readonly<Record<string, unknown>> = {},
): Promise<SupervisedFineTuningJob> {
  return supervisedFineTuningJobSchema.parse({
    kind: 'supervised-fine-tuning',
    key: 'tiny/supervised-fine-tuning',
    seed: 3,
    tokens: await putTinyPairs(artifacts),
    architecture: {
      ...{ architecture: 'gpt2', layers: 1, hiddenSize: 16, heads: 2 },
      ...{ intermediateSize: 24, contextLength: CONTEXT },
    },
    heldOutPairs: 12,
    text: { tokens: await putTinyStream(artifacts), heldOutDocuments: 8 },
    options: {
      ...{ batchSize: 8, epochs: 8, learningRate: 0.03, dropout: 0.05 },
      ...{ template: { prompt: '{text}:' }, ...options },
    },
    ...changes,
  });
}

/** Adapters of every layer, beside weights that are large enough to be heard. */
export async function loraJob(
  artifacts: ArtifactStore,
  changes: Readonly<Record<string, unknown>> = {},
  options: Readonly<Record<string, unknown>> = {},
): Promise<SupervisedFineTuningJob> {
  const lora = { rank: 4, alpha: 8, targets: ['c_attn', 'c_proj', 'c_fc'] };
  const job = await supervisedJob(artifacts, { key: 'tiny/lora' }, { lora, ...options });
  const config = gptConfigOf(job.architecture, { vocabularySize: VOCABULARY, endOfTextId: END, dropout: 0 });
  const layout = gptLayout(config);
  const parameters = initialParameters(layout, 5).map((value) => (value === 1 ? 1 : 10 * value));
  const { config: json, weights } = writeGpt({ config, layout, parameters });
  const initialWeights = await artifacts.putDirectory({
    'config.json': await artifacts.putBytes(json, { mediaType: mediaTypes.json }),
    'model.safetensors': await artifacts.putBytes(weights, { mediaType: mediaTypes.safetensors }),
  });
  return { ...job, initialWeights, ...changes };
}
