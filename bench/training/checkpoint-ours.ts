// Our side of the checkpoints: model B as the trainer trains it, on native TensorFlow and a store; answers each line with
// the time of one checkpoint. Training stands still for all of it.
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { openStore } from '../../artifacts/open.ts';
import type { PretrainingJob } from '../../contracts/training-job.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { adamW } from '../../pipeline/training/optimizer.ts';
import { startingVectors } from '../../pipeline/training/session.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { readSettings } from '../../settings/settings.ts';
import { openCheckpoints } from '../../worker/trainer/checkpoint.ts';
import { decoderLoss } from './decoder.ts';

const { job, environment } = JSON.parse(process.argv[2]) as {
  job: PretrainingJob;
  environment: Record<string, string>;
};
const { artifacts, buckets } = await openStore(readSettings(environment));
const checkpoints = openCheckpoints(job, { artifacts, objects: buckets.artifacts });
const { loss, layout } = decoderLoss('B');
const plan = {
  ...{ layout, optimizer: adamW(0.01), precision: 'float32' as const, maximumNorm: 1 },
  ...{ losses: { train: loss }, validations: {} },
};
const session = await openNativeSession(plan, startingVectors(initialParameters(layout, 1), plan));
const record = { tokensSeen: 0, lossSum: 0, lossCount: 0, curve: [] };
let step = 0;

for await (const line of createInterface({ input: process.stdin })) {
  step += z.object({ steps: z.number() }).parse(JSON.parse(line)).steps;
  const start = performance.now();
  await checkpoints.save({ step, vectors: session.read(), record });
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1_000 })}\n`);
}
