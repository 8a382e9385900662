// Our side: the trainer's own pretraining, on a store of memory; it does so once, and tells what came of it in a line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { pretrainingJobSchema } from '../../contracts/training-job.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { batchesAhead } from '../../worker/trainer/batch-thread.ts';
import { processMemory } from '../../worker/trainer/memory.ts';
import { runJob } from '../../worker/trainer/run-job.ts';
import type { Answer, Work } from './work.ts';

const { folder, spec, options, vocabularySize, endOfTextId } = JSON.parse(process.argv[2]) as Work;
const objects = createMemoryObjectStore();
const artifacts = createArtifactStore(objects);
const put = (name: string) =>
  artifacts.putBytes(readFileSync(join(folder, name)), { mediaType: mediaTypes.tokens });
const ends = readFileSync(join(folder, 'ends.bin')).byteLength / Float64Array.BYTES_PER_ELEMENT;
const ids = readFileSync(join(folder, 'ids.bin')).byteLength / Uint16Array.BYTES_PER_ELEMENT;
const job = pretrainingJobSchema.parse({
  ...{ kind: 'pretraining', key: 'bench', seed: spec.training.seed, options },
  tokens: await artifacts.putDirectory({
    'ids.bin': await put('ids.bin'),
    'ends.bin': await put('ends.bin'),
    'bytes.bin': await put('bytes.bin'),
    'meta.json': await artifacts.putJson({
      layout: 'stream',
      documents: ends,
      tokens: ids,
      vocabularySize,
      endOfTextId,
    }),
  }),
  ...{ architecture: spec.model, heldOutDocuments: spec.evaluation.holdout },
});

const start = performance.now();
const outcome = await runJob(job, {
  ...{
    artifacts,
    objects,
    openSession: openNativeSession,
    openBatches: batchesAhead,
    memory: processMemory,
  },
  ...{ report: () => undefined, stopRequested: () => false, environment: {} },
});
if (!('heldOut' in outcome) || outcome.heldOut === undefined)
  throw new Error('expected figures of what was held out');
const answer: Answer = {
  bitsPerByte: outcome.heldOut.bitsPerByte,
  parameters: gptLayout(gptConfigOf(job.architecture, { vocabularySize, endOfTextId, dropout: 0 })).size,
  seconds: (performance.now() - start) / 1_000,
  peakMegabytes: process.resourceUsage().maxRSS / 1_000,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
