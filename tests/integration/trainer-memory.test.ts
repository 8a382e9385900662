// What a training will take of memory, told by a real trainer before it begins, against what it took.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { PretrainingJob } from '../../contracts/training-job.ts';
import { pretrainingJobSchema } from '../../contracts/training-job.ts';
import { planningJobSchema } from '../../contracts/training-plan.ts';
import { runPlanningJob } from '../../worker/trainer/supervise.ts';
import type { TrainerWorld } from '../support/trainer-world.ts';
import { failureOf, openTrainerWorld } from '../support/trainer-world.ts';

let world: TrainerWorld;
beforeAll(async () => {
  world = await openTrainerWorld();
});
afterAll(() => world.close());

const ROWS = 32;
const VOCABULARY = 4_000;

/** Rows that are full. */
async function putRows(contextLength: number): Promise<ArtifactReference> {
  const { artifacts } = world.store;
  const ids = Uint16Array.from(
    { length: ROWS * contextLength },
    (_, place) => 5 + (place % (VOCABULARY - 5)),
  );
  const put = (values: Uint16Array) =>
    artifacts.putBytes(new Uint8Array(values.buffer), { mediaType: mediaTypes.tokens });
  const special = { padId: 0, maskId: 4, clsId: 2, sepId: 3 };
  return artifacts.putDirectory({
    'ids.bin': await put(ids),
    'lengths.bin': await put(new Uint16Array(ROWS).fill(contextLength)),
    'documents.json': await artifacts.putJson(Array.from({ length: ROWS }, (_, row) => `made-up/${row}`)),
    'meta.json': await artifacts.putJson({
      rows: ROWS,
      contextLength,
      vocabularySize: VOCABULARY,
      ...special,
    }),
  });
}

interface Shape {
  readonly architecture: {
    readonly layers: number;
    readonly hiddenSize: number;
    readonly heads: number;
    readonly contextLength: number;
    readonly intermediateSize?: number;
  };
  readonly batchSize: number;
}
const medium: Shape = {
  architecture: { layers: 3, hiddenSize: 256, heads: 4, contextLength: 128 },
  batchSize: 16,
};

async function jobOf({ architecture, batchSize }: Shape): Promise<PretrainingJob> {
  return pretrainingJobSchema.parse({
    kind: 'pretraining',
    key: `memory/${architecture.hiddenSize}/${batchSize}`,
    seed: 1,
    tokens: await putRows(architecture.contextLength),
    architecture,
    options: { batchSize, maximumSteps: 2 },
  });
}

const planOf = ({ architecture, batchSize }: Shape) =>
  runPlanningJob(
    planningJobSchema.parse({
      kind: 'planning',
      architecture,
      vocabularySize: VOCABULARY,
      documents: ROWS,
      heldOut: 0,
      training: { pretraining: { batchSize, maximumSteps: 2 } },
    }),
    { signal: new AbortController().signal },
  );

describe('the memory of a training', () => {
  it('is estimated within a third of the real peak, by a plan and by the trainer itself', async () => {
    const [plan, { memory }] = await Promise.all([planOf(medium), world.train(await jobOf(medium))]);
    const { estimatedBytes = 0, peakBytes = 0 } = memory ?? {};
    expect(estimatedBytes / peakBytes).toBeGreaterThan(2 / 3);
    expect(estimatedBytes / peakBytes).toBeLessThan(4 / 3);
    const planned = plan.processBytes + plan.phases[0].memory.total;
    expect(planned / estimatedBytes).toBeGreaterThan(0.8);
    expect(planned / estimatedBytes).toBeLessThan(1.25);
    // Not the library alone, which takes half of it.
    expect(peakBytes - plan.processBytes).toBeGreaterThan(2e8);
    expect((estimatedBytes - plan.processBytes) / (peakBytes - plan.processBytes)).toBeGreaterThan(0.5);
    expect((estimatedBytes - plan.processBytes) / (peakBytes - plan.processBytes)).toBeLessThan(2);
  });

  it('sends a batch back that does not fit, before a step is taken, with the rows that would', async () => {
    const wide: Shape = {
      architecture: { layers: 1, hiddenSize: 64, heads: 16, contextLength: 2_048 },
      batchSize: 4_096,
    };
    const failure = await failureOf(world.train(await jobOf(wide)));
    expect([failure.type, failure.message]).toEqual([
      'OutOfMemory',
      expect.stringMatching(/^pretraining needs about \d+\.\d+ GiB .* a microBatchSize of \d+ would fit/),
    ]);
    expect(failure.details.rowsThatFit).toBeGreaterThan(0);
    expect(failure.details.rowsThatFit).toBeLessThan(4_096);
  });

  it('refuses a model of which not even one row fits, and says what to change', async () => {
    const huge: Shape = {
      // Nine thousand million parameters in few operations.
      architecture: {
        ...{ layers: 8, hiddenSize: 4_096, heads: 64, contextLength: 128 },
        intermediateSize: 131_072,
      },
      batchSize: 1,
    };
    const failure = await failureOf(world.train(await jobOf(huge)));
    expect([failure.type, failure.message]).toEqual([
      'InsufficientMemory',
      expect.stringMatching(/not even a microBatchSize of 1 .* shorter contextLength or a smaller model$/),
    ]);
    expect(failure.details.rowsThatFit).toBe(0);
  });
});
