// Which documents of a corpus a language model is not trained on: they are moved to its end, where training, pairs and
// evaluation look for them.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { CorpusSplitInput, CorpusSplitResult } from '../contracts/stage-results.ts';
import { type SplitDocument, splitDocuments } from '../pipeline/evaluation/split.ts';
import { withHeartbeat } from './heartbeat.ts';
import { createShardWriter, readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

export type CorpusSplitActivities = ReturnType<typeof createCorpusSplitActivities>;

export function createCorpusSplitActivities({
  artifacts,
  runStage,
}: {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
}) {
  return {
    /**
     * Within either side documents keep their order.
     * @throws InvalidInput where too few documents are there to hold so many out and train on others
     */
    async splitCorpus(input: CorpusSplitInput): Promise<CorpusSplitResult> {
      const { corpus, split, holdout } = input;
      return runStage({
        stage: 'tokenization',
        step: 'split',
        run: input,
        parameters: { split, holdout },
        inputs: { corpus },
        compute: () =>
          withHeartbeat(async () => {
            const known: SplitDocument[] = [];
            for await (const { id, source, uri, collectedAt, time } of readShards(
              artifacts,
              corpus,
              cleanDocumentSchema,
            ))
              known.push({ id, source, uri, collectedAt, time });
            const isHeldOut = splitDocuments(known, { split, holdout });
            const heldOut = isHeldOut.filter(Boolean).length;
            refuse({ heldOut, documents: known.length, holdout });
            const shards = createShardWriter(artifacts, mediaTypes.documents);
            for (const side of [false, true]) {
              let place = 0;
              for await (const document of readShards(artifacts, corpus, cleanDocumentSchema)) {
                if (isHeldOut[place] === side) await shards.add(document);
                place += 1;
              }
            }
            const result = { corpus: await shards.close(), holdout: heldOut };
            return { result, outputs: { corpus: result.corpus }, metrics: { heldOut } };
          }),
      });
    },
  };
}

function refuse(counts: {
  readonly heldOut: number;
  readonly documents: number;
  readonly holdout: number;
}): void {
  const { heldOut, documents, holdout } = counts;
  if (heldOut >= holdout && heldOut < documents) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `too few documents: of ${documents}, evaluation.split holds ${heldOut} out; ${holdout} are wanted, and others to train on. ` +
      'By group none of more than half of the documents is held out',
    { documents, heldOut },
  );
}
