// A corpus whose documents are compared, some shards at a time. Each batch is cached by itself, by its shards and by what the
// batches before it left: a run that was killed goes on where it was, and a corpus that has grown has its new documents
// compared with all that were seen without reading those again.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { cleaningSampleSchema } from '../contracts/cleaning-sample.ts';
import { type CollectedDocument, collectedDocumentSchema } from '../contracts/document.ts';
import { comparingSteps } from '../contracts/model-spec/cleaning.ts';
import type { CleaningInput, FunnelRow } from '../contracts/stage-results.ts';
import { addFunnels } from '../pipeline/cleaning/add-funnels.ts';
import type { Remembered } from '../pipeline/cleaning/duplicates/comparison.ts';
import { createCompare } from '../pipeline/cleaning/duplicates/create-compare.ts';
import { createRecipe, type RecipeOptions } from '../pipeline/cleaning/recipe.ts';
import { addSamples } from '../pipeline/cleaning/samples.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { createOutcomeWriter } from './outcome-writer.ts';
import { seenBatches, textFilesOf, writeRemembered } from './seen-batches.ts';
import { charactersOf, readShards, shardName } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

/** What cleaning some documents came to. */
export interface Cleaned {
  readonly corpus: ArtifactReference;
  readonly dropped: ArtifactReference;
  readonly keptCount: number;
  readonly droppedCount: number;
  readonly funnel: readonly FunnelRow[];
  /** Directory of the texts that were kept to be compared with: what is to be forgotten is looked for there. */
  readonly texts?: ArtifactReference;
  /** JSON of `CleaningSample[]`. */
  readonly samples: ArtifactReference;
}

export interface BatchCleaningDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly engines: Pick<RecipeOptions, 'analysers' | 'readDocument'>;
  /** UTF-16 units of a batch's shards, unpacked: some six bytes each in memory. */
  readonly batchCharacters: number;
}

export function createBatchCleaning({
  artifacts,
  runStage,
  engines,
  batchCharacters,
}: BatchCleaningDependencies) {
  const filesOf = async (directory: ArtifactReference): Promise<ArtifactReference[]> => {
    const { files } = await artifacts.readDirectory(directory);
    return Object.keys(files)
      .sort()
      .map((name) => files[name]);
  };
  const directoryOf = (files: readonly ArtifactReference[]): Promise<ArtifactReference> =>
    artifacts.putDirectory(Object.fromEntries(files.map((file, place) => [shardName(place), file])));

  /** Directories of shards as one, in their order. */
  const join = async (directories: readonly ArtifactReference[]): Promise<ArtifactReference> =>
    directoryOf((await Promise.all(directories.map(filesOf))).flat());

  const textsOf = async (left: readonly ArtifactReference[]): Promise<ArtifactReference> => {
    const texts: Record<string, ArtifactReference> = {};
    for (const [place, it] of left.entries()) {
      const { files } = await artifacts.readDirectory(it);
      for (const [name, file] of Object.entries(textFilesOf(files))) texts[`${place}/${name}`] = file;
    }
    return artifacts.putDirectory(texts);
  };

  /** Compares with `earlier`, of each batch what it left. */
  const cleanBatch = async (
    { cleaning: { steps }, aligned }: CleaningInput,
    documents: ArtifactReference,
    earlier: readonly ArtifactReference[],
    signal: AbortSignal,
  ) => {
    const pause = createBreather(signal);
    const remembered = new Map<number, Remembered>();
    const recipe = createRecipe(steps, {
      ...{ ...engines, aligned, pause },
      inBatches: (spec, position) => {
        const compare = createCompare(spec, pause);
        if (compare === undefined) return undefined;
        return async (batch) => {
          const compared = await compare(batch, seenBatches(artifacts, earlier, position));
          remembered.set(position, compared.remembered);
          return compared.verdicts;
        };
      },
    });
    const batch: CollectedDocument[] = [];
    for await (const document of readShards(artifacts, documents, collectedDocumentSchema))
      batch.push(document);
    const outcomes = await recipe.cleanBatch(batch);
    const writer = createOutcomeWriter(artifacts);
    for (const [place, document] of batch.entries()) await writer.add(document, outcomes[place]);
    const left: Record<string, ArtifactReference> = {};
    for (const [position, it] of remembered)
      Object.assign(left, await writeRemembered(artifacts, position, it));
    return {
      ...{ ...(await writer.close()), funnel: recipe.funnel() },
      samples: await artifacts.putJson(recipe.samples()),
      remembered: await artifacts.putDirectory(left),
    };
  };

  const joinSamples = async (parts: readonly ArtifactReference[]): Promise<ArtifactReference> => {
    const read = parts.map((part) => artifacts.readJson(part, z.array(cleaningSampleSchema)));
    return artifacts.putJson(addSamples(await Promise.all(read)));
  };

  return {
    join,
    /** Those of the steps before stand first; the places of the others count on from these. */
    samplesAfter: async (
      { samples, funnel }: { readonly samples?: ArtifactReference; readonly funnel: readonly FunnelRow[] },
      later: ArtifactReference,
    ): Promise<ArtifactReference> => {
      if (samples === undefined) return later;
      const read = (of: ArtifactReference) => artifacts.readJson(of, z.array(cleaningSampleSchema));
      const moved = (await read(later)).map((it) => ({ ...it, position: it.position + funnel.length }));
      return artifacts.putJson([...(await read(samples)), ...moved]);
    },

    /** @returns the corpus in batches of shards; one batch where no step compares documents */
    batchesOf: async ({ cleaning, documents }: CleaningInput): Promise<ArtifactReference[][]> => {
      const shards = await filesOf(documents);
      if (!cleaning.steps.some(({ step }) => comparingSteps.includes(step))) return [shards];
      const batches: ArtifactReference[][] = [];
      let filled = Number.POSITIVE_INFINITY;
      for (const shard of shards) {
        if (filled + charactersOf(shard) > batchCharacters) {
          batches.push([]);
          filled = 0;
        }
        batches[batches.length - 1].push(shard);
        filled += charactersOf(shard);
      }
      return batches;
    },

    cleanInBatches: async (
      input: CleaningInput,
      batches: readonly (readonly ArtifactReference[])[],
    ): Promise<Cleaned> => {
      const { model, runId, cleaning, aligned } = input;
      const done: Cleaned[] = [];
      const left: ArtifactReference[] = [];
      for (const shards of batches) {
        const inputs = { documents: await directoryOf(shards), seen: await directoryOf(left) };
        const batch = await runStage({
          ...{ stage: 'cleaning', step: 'batch', run: { model, runId }, inputs },
          parameters: { steps: cleaning.steps, ...(aligned && { aligned }) },
          compute: async () => {
            const made = await withHeartbeat((signal) => cleanBatch(input, inputs.documents, left, signal));
            const { corpus, dropped, samples, remembered } = made;
            return { result: made, outputs: { corpus, dropped, samples, remembered } };
          },
        });
        done.push(batch);
        left.push(batch.remembered);
      }
      const sum = (kind: 'keptCount' | 'droppedCount'): number =>
        done.reduce((total, batch) => total + batch[kind], 0);
      return {
        corpus: await join(done.map(({ corpus }) => corpus)),
        dropped: await join(done.map(({ dropped }) => dropped)),
        ...{ keptCount: sum('keptCount'), droppedCount: sum('droppedCount') },
        funnel: addFunnels(done.map(({ funnel }) => funnel)),
        texts: await textsOf(left),
        samples: await joinSamples(done.map(({ samples }) => samples)),
      };
    },
  };
}
