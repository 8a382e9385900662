// A trained classifier in int8: what is scored is what will be served, and it answers nearly as in float32.
import { beforeAll, expect, it } from 'vitest';
import { probabilitiesSchema } from '../../../../activities/scoring-files.ts';
import type { ScoringJob } from '../../../../contracts/training-job.ts';
import { quantizedWeights } from '../../../../contracts/version-package.ts';
import { runJob } from '../../../../worker/trainer/run-job.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';
import { createTinyTrainer, fineTuningJob } from './tiny-job.ts';

beforeAll(usePlainBackend);

const { artifacts, context } = createTinyTrainer();

async function score(job: Omit<ScoringJob, 'kind'>) {
  const outcome = await runJob({ kind: 'scoring', ...job }, context());
  if (!('probabilities' in outcome)) throw new Error('expected scores');
  return artifacts.readJson(outcome.probabilities, probabilitiesSchema);
}

it('moves the probabilities of a trained classifier by 0.02 at most, with a third of the bytes', async () => {
  const architecture = { layers: 2, hiddenSize: 64, heads: 2, intermediateSize: 128, contextLength: 10 };
  const job = await fineTuningJob(artifacts, { architecture }, { epochs: 3, learningRate: 0.003 });
  const trained = await runJob(job, context());
  if (!('weights' in trained)) throw new Error('expected weights');
  const { tokens } = job;
  const { weights } = trained;
  const rows = [40, 41, 42, 43, 44, 45, 46, 47];

  const exact = await score({ tokens, weights, rows });
  const coarse = await score({ tokens, weights, rows, precision: 'int8' });
  expect(exact.quantized).toBeUndefined();
  expect(exact.probabilities.map(([low, high]) => Number(high > low))).toEqual(rows.map((row) => row % 2));
  const moved = coarse.probabilities.map(([low], row) => Math.abs(low - exact.probabilities[row][0]));
  expect(Math.max(...moved)).toBeLessThan(0.02);
  expect(Math.max(...moved)).toBeGreaterThan(0);
  const { files } = await artifacts.readDirectory(weights);
  const size = files['model.safetensors'].sizeBytes;
  expect(coarse.quantized?.sizeBytes).toBeLessThan(size / 3);

  // Another run's rival: the package of the version in service has the file, and is scored by it.
  if (coarse.quantized === undefined) throw new Error('expected quantized weights');
  const inService = await artifacts.putDirectory({ ...files, [quantizedWeights]: coarse.quantized });
  const again = await score({ tokens, weights: inService, rows });
  expect(again.probabilities).toEqual(coarse.probabilities);
});
