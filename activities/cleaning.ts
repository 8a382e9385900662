// Cleaning: collected documents through the recipe; what is dropped is kept aside with its reason.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { type CleanDocument, collectedDocumentSchema } from '../contracts/document.ts';
import type { CleaningInput, CleaningResult } from '../contracts/stage-results.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { createRecipe } from '../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { createShardWriter, readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

/** A dropped document: enough to find it again, and why it was dropped. */
export interface DroppedDocument {
  readonly id: string;
  readonly uri: string;
  readonly digest: string;
  readonly step: string;
  readonly reason: string;
}

export interface CleaningActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly metrics: Metrics;
}

/** One set in a process: some take a second to load, one a process and a gigabyte. */
const analysers = createAnalysers();

export type CleaningActivities = ReturnType<typeof createCleaningActivities>;

export function createCleaningActivities({ artifacts, runStage, metrics }: CleaningActivityDependencies) {
  const clean = async (
    { cleaning, documents, aligned, before }: CleaningInput,
    signal: AbortSignal,
    report: (it: unknown) => void,
  ) => {
    const recipe = createRecipe(cleaning.steps, { aligned, analysers });
    const breathe = createBreather(signal);
    const corpus = createShardWriter<CleanDocument>(artifacts, mediaTypes.documents);
    const dropped = createShardWriter<DroppedDocument>(artifacts, mediaTypes.jsonLines);
    if (before) dropped.adopt((await artifacts.readDirectory(before.dropped)).files);
    const counts = { kept: 0, dropped: before?.droppedCount ?? 0 };
    for await (const document of readShards(artifacts, documents, collectedDocumentSchema)) {
      const outcome = await recipe.clean(document);
      if (outcome.outcome === 'kept') {
        await corpus.add(outcome.document);
        counts.kept += 1;
      } else {
        const { id, uri, digest } = document;
        await dropped.add({ id, uri, digest, step: outcome.step, reason: outcome.reason });
        counts.dropped += 1;
      }
      report(counts);
      await breathe();
    }
    const funnel = recipe.funnel().map(({ samples: _samples, ...row }) => row);
    return {
      ...{ corpus: await corpus.close(), dropped: await dropped.close(), counts },
      funnel: [...(before?.funnel ?? []), ...funnel],
    };
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
          const { corpus, dropped, counts, funnel } = await withHeartbeat((signal, report) =>
            clean(input, signal, report),
          );
          metrics.countDocuments(input.model, 'cleaning', funnel.slice(input.before?.funnel.length ?? 0));
          return {
            result: { corpus, dropped, keptCount: counts.kept, droppedCount: counts.dropped, funnel },
            outputs: { corpus, dropped },
            metrics: { kept: counts.kept, dropped: counts.dropped },
          };
        },
      });
    },
  };
}
