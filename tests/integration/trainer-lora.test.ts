// Adapters on native TensorFlow: the trainer process leaves the base as it is, and moves them as plain TensorFlow.js does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { readModelFiles } from '../../worker/trainer/inputs.ts';
import { runJob } from '../../worker/trainer/run-job.ts';
import { expectClose } from '../support/expect-close.ts';
import type { TrainerWorld } from '../support/trainer-world.ts';
import { failureOf, openTrainerWorld } from '../support/trainer-world.ts';
import { usePlainBackend } from '../unit/pipeline/model/plain-backend.ts';
import { createTinyTrainer } from '../unit/worker/trainer/tiny-job.ts';
import { loraJob } from '../unit/worker/trainer/tiny-pairs.ts';

let world: TrainerWorld;
beforeAll(async () => {
  await usePlainBackend();
  world = await openTrainerWorld();
});
afterAll(() => world.close());

describe('a trainer of adapters', () => {
  // Adam would make whole steps of the rounding where a gradient is zero.
  const cases = {
    'in one go': { maximumSteps: 8, optimizer: 'sgd' },
    'in parts, averaged': { maximumSteps: 8, optimizer: 'sgd', microBatchSize: 4, averaging: { decay: 0.5 } },
  };

  it.each(Object.entries(cases))('comes to the weights of plain TensorFlow.js, %s', async (key, options) => {
    const native = await loraJob(world.store.artifacts, { key }, options);
    const { weights, heldOutAnswers } = await world.train(native);
    const tiny = createTinyTrainer();
    const plain = await runJob(await loraJob(tiny.artifacts, {}, options), tiny.context());
    if (!('weights' in plain)) throw new Error('expected a training outcome');
    expect(heldOutAnswers?.loss).toBeCloseTo(plain.heldOutAnswers?.loss ?? 0, 4);
    const ours = readGpt(await readModelFiles(world.store.artifacts, weights));
    const theirs = readGpt(await readModelFiles(tiny.artifacts, plain.weights));
    expectClose(ours.parameters, theirs.parameters, 1e-4);
  });

  it('that was killed with SIGKILL and resumed ends with the same model as one that was not', async () => {
    const uninterrupted = await world.train(await loraJob(world.store.artifacts, { key: 'uninterrupted' }));
    const killed = await loraJob(world.store.artifacts, { key: 'killed' }, { checkpointEverySeconds: 1e-6 });
    let pid = 0;
    const failure = await failureOf(
      world.train(killed, {
        onStart: (started) => (pid = started),
        onProgress: ({ checkpointStep = 0 }) => checkpointStep > 0 && process.kill(pid, 'SIGKILL'),
      }),
    );
    expect([failure.type, failure.details.signal]).toEqual(['TrainingInterrupted', 'SIGKILL']);
    const resumed = await world.train(killed);
    expect(resumed.resumedFromStep).toBeGreaterThan(0);
    expect(resumed.resumedFromStep).toBeLessThan(resumed.steps);
    expect(resumed.weights.digest).toBe(uninterrupted.weights.digest);
  });

  it('learns by AdamW, and changes the weights that it adapts alone', async () => {
    const job = await loraJob(world.store.artifacts, { key: 'learns' });
    if (job.initialWeights === undefined) throw new Error('expected a base');
    const { weights, curve, heldOutAnswers } = await world.train(job);
    expect(heldOutAnswers?.loss).toBeLessThan(0.7 * (curve[0].trainingLoss ?? 0));
    const before = readGpt(await readModelFiles(world.store.artifacts, job.initialWeights));
    const { layout, parameters } = readGpt(await readModelFiles(world.store.artifacts, weights));
    const base = namedTensors(before.layout, before.parameters);
    const changed = namedTensors(layout, parameters).filter(
      ({ values }, index) => Buffer.compare(bytesOf(values), bytesOf(base[index].values)) !== 0,
    );
    expect(changed.map(({ name }) => name)).toEqual(
      ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'].map((it) => `transformer.h.0.${it}.weight`),
    );
  });
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
