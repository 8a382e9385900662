// Cleaning: collected documents through the recipe; what is dropped is kept aside with its reason.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { collectedDocumentSchema } from '../contracts/document.ts';
import type { CleaningInput, CleaningResult } from '../contracts/stage-results.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { createRecipe } from '../pipeline/cleaning/recipe.ts';
import { createDocumentReader } from '../runtimes/documents/read-document.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { type Cleaned, createBatchCleaning } from './batch-cleaning.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { createOutcomeWriter } from './outcome-writer.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

export interface CleaningActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly metrics: Metrics;
  /** UTF-16 units of documents from which on they are compared in batches of so many; default: 64 Mi. */
  readonly batchCharacters?: number;
}

/** One set in a process: some take a second to load, one a process and a gigabyte. */
const engines = { analysers: createAnalysers(), readDocument: createDocumentReader().read };

export type CleaningActivities = ReturnType<typeof createCleaningActivities>;

/** Some ten thousand pages, in memory under half a gigabyte. */
const defaultBatchCharacters = 64 * 1024 * 1024;

export function createCleaningActivities({
  artifacts,
  runStage,
  metrics,
  batchCharacters = defaultBatchCharacters,
}: CleaningActivityDependencies) {
  const batches = createBatchCleaning({ artifacts, runStage, engines, batchCharacters });

  /** In one go: what is compared is remembered in memory. */
  const clean = async (
    { cleaning, documents, aligned }: CleaningInput,
    signal: AbortSignal,
    report: (it: unknown) => void,
  ): Promise<Cleaned> => {
    const recipe = createRecipe(cleaning.steps, { aligned, ...engines });
    const breathe = createBreather(signal);
    const writer = createOutcomeWriter(artifacts);
    for await (const document of readShards(artifacts, documents, collectedDocumentSchema)) {
      await writer.add(document, await recipe.clean(document));
      report(writer.counts());
      await breathe();
    }
    return {
      ...{ ...(await writer.close()), funnel: recipe.funnel() },
      samples: await artifacts.putJson(recipe.samples()),
    };
  };

  /** What steps before had dropped comes first. */
  const withBefore = async (cleaned: Cleaned, { before }: CleaningInput): Promise<Cleaned> => {
    if (!before) return cleaned;
    const dropped = await batches.join([before.dropped, cleaned.dropped]);
    const droppedCount = before.droppedCount + cleaned.droppedCount;
    const funnel = [...before.funnel, ...cleaned.funnel];
    const samples = await batches.samplesAfter(before, cleaned.samples);
    return { ...cleaned, dropped, droppedCount, funnel, samples };
  };

  return {
    /** Cleans a corpus in its order, since duplicates of an earlier document are dropped. */
    async cleanDocuments(input: CleaningInput): Promise<CleaningResult> {
      return runStage({
        stage: 'cleaning',
        run: input,
        parameters: { ...input.cleaning, ...(input.aligned && { aligned: true }) },
        inputs: { documents: input.documents, ...(input.before && { dropped: input.before.dropped }) },
        compute: async () => {
          const parts = await batches.batchesOf(input);
          const cleaned =
            parts.length > 1
              ? await batches.cleanInBatches(input, parts)
              : await withHeartbeat((signal, report) => clean(input, signal, report));
          metrics.countDocuments(input.model, 'cleaning', cleaned.funnel);
          const { corpus, dropped, samples, texts, ...counts } = await withBefore(cleaned, input);
          const { keptCount, droppedCount } = counts;
          return {
            result: { corpus, dropped, samples, ...counts },
            outputs: { corpus, dropped, samples, ...(texts && { texts }) },
            metrics: { kept: keptCount, dropped: droppedCount },
          };
        },
      });
    },
  };
}
