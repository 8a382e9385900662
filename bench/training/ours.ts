// Our side: trains a model on native TensorFlow; answers `{ steps }` lines with what they took.
import { createInterface } from 'node:readline';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { createRandom } from '../../pipeline/random.ts';
import { adamW } from '../../pipeline/training/optimizer.ts';
import { startingVectors } from '../../pipeline/training/session.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { decoderLoss } from './decoder.ts';
import type { ModelName } from './shapes.ts';
import { models } from './shapes.ts';

const { model, precision } = JSON.parse(process.argv[2]) as {
  model: ModelName;
  precision: 'float32' | 'bfloat16';
};
const { loss, layout } = decoderLoss(model);
const { vocabularySize, batchSize, contextLength } = models[model];
const tokens = batchSize * contextLength;
const optimizer = adamW(0.1);
const session = await openNativeSession(
  { layout, optimizer, precision, maximumNorm: 1, losses: { train: loss }, validations: {} },
  startingVectors(initialParameters(layout, 1), { layout, optimizer }),
);

const random = createRandom(1);
let step = 0;

/** A sequence in which every second token follows from the one before. */
function batch(): { ids: Int32Array; labels: Int32Array } {
  const text = new Int32Array(tokens + 1);
  for (let place = 0; place <= tokens; place += 1) {
    text[place] =
      place % 2 === 0 ? random.integer(vocabularySize) : (7 * text[place - 1] + 3) % vocabularySize;
  }
  return { ids: text.slice(0, tokens), labels: text.slice(1) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { steps: number };
  const batches = Array.from({ length: steps }, batch);
  const start = performance.now();
  const before = process.cpuUsage();
  let last = 0;
  for (const feeds of batches) {
    last = session.step('train', feeds, { step, learningRate: 1e-3 }).loss;
    step += 1;
  }
  const { user, system } = process.cpuUsage(before);
  const answer = {
    seconds: (performance.now() - start) / 1_000,
    processorSeconds: (user + system) / 1e6,
    loss: last,
    peakMegabytes: process.resourceUsage().maxRSS / 1_000,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
