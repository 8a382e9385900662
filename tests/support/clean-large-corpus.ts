// Cleans a corpus in batches in a process of its own, whose heap could not hold it, and says what stays in memory behind each
// batch. The store is one of buffers, which stand outside the heap.
import { createCleaningActivities } from '../../activities/cleaning.ts';
import { createShardWriter } from '../../activities/shards.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { cleaningSchema } from '../../contracts/model-spec/cleaning.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { createRandom } from '../../pipeline/random.ts';
import { asActivity } from './activity-context.ts';

const [documentCount, batchCharacters] = process.argv.slice(2).map(Number);
const SHARD = 200; // documents
const WORDS = 400; // of a document
const COPY_EVERY = 10; // documents, each ten-th being an old one with a word changed

const artifacts = createArtifactStore(createMemoryObjectStore());
const random = createRandom(7);
const textOf = (place: number): string => {
  const seeded = createRandom(place);
  return Array.from({ length: WORDS }, () => `w${seeded.integer(1_000_000).toString(36)}`).join(' ');
};

const writer = createShardWriter(artifacts, mediaTypes.documents);
let textBytes = 0;
for (let place = 0; place < documentCount; place += 1) {
  const isCopy = place % COPY_EVERY === COPY_EVERY - 1;
  const data = isCopy
    ? `${textOf(random.integer(Math.ceil(place / COPY_EVERY)) * COPY_EVERY)} again`
    : textOf(place);
  textBytes += data.length;
  const digest = `sha256:${String(place).padStart(64, '0')}`;
  const origin = { id: `d/${place}`, source: 'd', uri: `d/${place}`, digest };
  const content = { mediaType: 'text/plain', encoding: 'utf8' as const, data };
  await writer.add({ ...origin, collectedAt: '2026-11-30T10:00:00Z', content }, place % SHARD === SHARD - 1);
}
const documents = await writer.close();

const retained: number[] = [];
const lineage = await artifacts.putJson({});
const activities = createCleaningActivities({
  ...{ artifacts, batchCharacters, metrics: createMetrics({ process: 'test' }) },
  runStage: async ({ step, compute }) => {
    const { result } = await compute();
    globalThis.gc?.();
    if (step === 'batch') retained.push(process.memoryUsage().heapUsed);
    return { ...result, lineage, cached: false, seconds: 0 };
  },
});
const { steps } = cleaningSchema.parse({ steps: [{ step: 'deduplicate', similarity: 0.8 }] });
const input = { model: 'm', runId: 'lifecycle/m/1', cleaning: { steps }, documents };
const { droppedCount } = await asActivity(() => activities.cleanDocuments(input));
process.stdout.write(JSON.stringify({ textBytes, droppedCount, retained }));
