import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCleaningActivities } from '../../../activities/cleaning.ts';
import { createShardWriter, readShards } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createDocumentMatcher } from '../../../artifacts/lineage/document-names.ts';
import { createDocumentSearch } from '../../../artifacts/lineage/search.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { type ArtifactReference, mediaTypes } from '../../../contracts/artifact.ts';
import { cleanDocumentSchema } from '../../../contracts/document.ts';
import { cleaningSchema } from '../../../contracts/model-spec/cleaning.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { createRandom } from '../../../pipeline/random.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const metrics = createMetrics({ process: 'test' });
const run = { model: 'm', runId: 'lifecycle/m/1' };
const cleaning = cleaningSchema.parse({
  steps: [
    { step: 'deduplicate-exact' },
    { step: 'deduplicate-lines', minimumCharacters: 10 },
    { step: 'drop-short', minimumWords: 8 },
    { step: 'deduplicate', shingleCharacters: 4, similarity: 0.7 },
  ],
});

/** So many shards of twenty documents: some repeat, some nearly, all have a footer. */
async function corpus(shards: number): Promise<ArtifactReference> {
  const random = createRandom(11);
  const writer = createShardWriter(artifacts, mediaTypes.documents);
  const word = (): string => `word${random.integer(400)}`;
  const originals = Array.from({ length: 30 }, () => Array.from({ length: 40 }, word));
  for (let place = 0; place < shards * 20; place += 1) {
    const words = originals[random.integer(originals.length)].map((it) =>
      random.next() < 0.05 ? word() : it,
    );
    const page = place % 11 === 5 ? 'a short one' : `${words.join(' ')}\nthe footer of every page`;
    const text = place % 7 === 6 ? originals[0].join(' ') : page;
    const origin = {
      id: `d/${place}`,
      source: 'd',
      uri: `d/${place}`,
      digest: `sha256:${String(place).padStart(64, '0')}`,
    };
    const content = { mediaType: 'text/plain', encoding: 'utf8' as const, data: text };
    await writer.add({ ...origin, collectedAt: '2026-11-30T10:00:00Z', content }, place % 20 === 19);
  }
  return writer.close();
}

/** Remembers what it computed, as the step cache does; dies in the batch of that number. */
function createCachingRunner(dieAt = Number.POSITIVE_INFINITY) {
  const cache = new Map<string, object>();
  const computed: string[] = [];
  let limit = dieAt;
  const runStage: StageRunner = async ({ step = 'cleaning', parameters, inputs, compute }) => {
    const key = JSON.stringify([
      step,
      parameters,
      Object.entries(inputs).map(([role, it]) => [role, it.digest]),
    ]);
    const record = { lineage: await artifacts.putJson({}), cached: cache.has(key), seconds: 0 };
    const known = cache.get(key);
    if (known) return { ...known, ...record } as never;
    if (step === 'batch' && computed.length >= limit) throw new Error('killed');
    const { result } = await compute();
    if (step === 'batch') computed.push(key);
    cache.set(key, result);
    return { ...result, ...record };
  };
  return {
    runStage,
    computed,
    live: () => {
      limit = Number.POSITIVE_INFINITY;
    },
  };
}

const clean = (documents: ArtifactReference, runStage: StageRunner, batchCharacters: number) =>
  asActivity(() =>
    createCleaningActivities({ artifacts, runStage, metrics, batchCharacters }).cleanDocuments({
      ...{ ...run, cleaning, documents },
    }),
  );

/** What came of it, wherever shards end. */
async function summary({ corpus: kept, keptCount, droppedCount, funnel }: Awaited<ReturnType<typeof clean>>) {
  const documents = [];
  for await (const { id, text } of readShards(artifacts, kept, cleanDocumentSchema))
    documents.push([id, text]);
  return { documents, keptCount, droppedCount, funnel };
}

describe('cleaning in batches', () => {
  it('finds every copy of a corpus that its heap could not hold, and keeps nothing of a batch but what it left in the store', async () => {
    const bounds = ['--expose-gc', '--max-old-space-size=64']; // mebibytes; code and libraries take 24 of them, the texts alone 28
    const program = [...bounds, '--import', 'tsx', 'tests/support/clean-large-corpus.ts', '12000', '1000000'];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    const { textBytes, droppedCount, retained } = z
      .object({ textBytes: z.number(), droppedCount: z.number(), retained: z.array(z.number()) })
      .parse(JSON.parse(stdout));
    expect(droppedCount).toBe(1_200);
    expect(retained.length).toBeGreaterThan(10);
    expect(retained[retained.length - 1] - retained[1]).toBeLessThan(textBytes / 10);
  }, 300_000);

  it('comes to what cleaning in one go comes to, however large the batches are', async () => {
    const documents = await corpus(4);
    const whole = await summary(await clean(documents, createCachingRunner().runStage, Number.MAX_VALUE));
    expect(whole.funnel.map(({ dropped, changed }) => dropped + changed).every((count) => count > 0)).toBe(
      true,
    );
    expect(whole.keptCount).toBeGreaterThan(10);
    for (const [batchCharacters, batches] of [
      [1, 4],
      [30_000, 2],
    ]) {
      const { runStage, computed } = createCachingRunner();
      expect(await summary(await clean(documents, runStage, batchCharacters))).toEqual(whole);
      expect(computed.length).toBeGreaterThanOrEqual(batches);
    }
  });

  it('goes on behind the last whole batch where it was killed, to the same end', async () => {
    const documents = await corpus(6);
    const whole = await clean(documents, createCachingRunner().runStage, 1);
    const { runStage, computed, live } = createCachingRunner(3);
    await expect(clean(documents, runStage, 1)).rejects.toThrow('killed');
    live();
    const again = await clean(documents, runStage, 1);
    expect(computed).toHaveLength(6);
    expect([again.corpus, again.dropped]).toEqual([whole.corpus, whole.dropped]);
  });

  it('hands on the texts that it keeps to compare with, so that a document can be forgotten there', async () => {
    const { runStage } = createCachingRunner();
    const outputs: Readonly<Record<string, ArtifactReference>>[] = [];
    const recording: StageRunner = (work) =>
      runStage({
        ...work,
        compute: async () => {
          const made = await work.compute();
          outputs.push(made.outputs);
          return made;
        },
      });
    const { documents } = await summary(await clean(await corpus(3), recording, 1));
    const matcher = createDocumentMatcher((name) => name === documents[5][0]);
    const search = createDocumentSearch({
      ...{ artifacts, matcher, isPurged: () => false, replacementOf: () => undefined },
    });
    const found = await search.look(outputs[outputs.length - 1]['texts']);
    expect(found).toMatchObject({ held: 'yes', blobs: [{ mediaType: mediaTypes.jsonLines }] });
  });

  it('compares what is new with all that was seen, and reads none of that again', async () => {
    const { runStage, computed } = createCachingRunner();
    await clean(await corpus(5), runStage, 1);
    const grown = await corpus(6);
    const result = await summary(await clean(grown, runStage, 1));
    expect(computed).toHaveLength(6);
    const whole = await clean(grown, createCachingRunner().runStage, Number.MAX_VALUE);
    expect(result).toEqual(await summary(whole));
  });
});
