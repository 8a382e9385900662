import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenExtension, TrainingOutcome } from '../../../../contracts/training-job.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import { namedTensors } from '../../../../pipeline/model/layout.ts';
import { readModelFiles } from '../../../../worker/trainer/inputs.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { autoregressiveJob, createTinyTrainer, putTinyStream } from './tiny-job.ts';

beforeAll(usePlainBackend);

const { artifacts, context } = createTinyTrainer();

async function train(changes: Readonly<Record<string, unknown>>): Promise<TrainingOutcome> {
  const outcome = await runJob(await autoregressiveJob(artifacts, changes), context());
  if (!('weights' in outcome)) throw new Error('expected a training outcome');
  return outcome;
}

/** Tokens of the same texts, as those of a vocabulary that was extended. */
async function extendedStream(vocabularySize: number, extension: TokenExtension) {
  const { files } = await artifacts.readDirectory(await putTinyStream(artifacts, { vocabularySize }));
  return artifacts.putDirectory({ ...files, 'extension.json': await artifacts.putJson(extension) });
}

const embeddings = async ({ weights }: TrainingOutcome) => {
  const { layout, parameters } = readGpt(await readModelFiles(artifacts, weights));
  return namedTensors(layout, parameters)[0];
};

// So small a rate that no number of a weight changes.
const still = { batchSize: 8, maximumSteps: 1, learningRate: 1e-30, weightDecay: 0, dropout: 0 };

describe('training that goes on with an extended vocabulary', () => {
  it('begins with the old embeddings, number for number, and with means of them', async () => {
    const first = await train({ key: 'first', options: { ...still, learningRate: 0.01 } });
    const tokens = await extendedStream(42, { before: 40, parts: [[7], [8, 9]] });
    const next = await train({ key: 'next', tokens, initialWeights: first.weights, options: still });
    const [old, own] = [await embeddings(first), await embeddings(next)];
    expect(own.shape).toEqual([42, 16]);
    expect(own.values.subarray(0, 640)).toEqual(old.values);
    const rowOf = (id: number) => old.values.subarray(id * 16, (id + 1) * 16);
    expect(own.values.subarray(640, 656)).toEqual(rowOf(7));
    expect(own.values.subarray(656)).toEqual(rowOf(8).map((value, index) => (value + rowOf(9)[index]) / 2));
    const later = { key: 'later', tokens, initialWeights: next.weights, options: still };
    expect((await embeddings(await train(later))).values).toEqual(own.values); // nothing is left to extend
  });

  it.each([
    [{ before: 40, parts: [[7]] }, 'extension.json, tokens: 41, expected 42'],
    [{ before: 40, parts: [[7], [40]] }, 'extension.json, part that is no old token: 1'],
    [{ before: 40, parts: [[7], []] }, 'Too small'],
  ])('refuses an extension that does not fit its tokens: %j', async (extension, message) => {
    const tokens = await extendedStream(42, extension);
    await expect(train({ key: 'wrong', tokens, options: still })).rejects.toThrow(message);
  });
});
