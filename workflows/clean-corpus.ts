// The stage of cleaning, whatever the model is for: the recipe, then what came of it is held against the data schema.
import { executeChild, patched, proxyActivities } from '@temporalio/workflow';
import type { CleaningActivities } from '../activities/cleaning.ts';
import { workflowIds } from '../contracts/messages.ts';
import { splitRecipe } from '../contracts/model-spec/cleaning.ts';
import type { CleaningResult } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';
import { cleaningWorkflow } from './cleaning.ts';
import type { PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';

const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);

/** From so many documents on, several workers at once are worth a workflow of its own. */
const manyDocuments = 8_000;

export interface CorpusMaking
  extends Pick<PackageMaking, 'run' | 'spec' | 'documents' | 'documentCount' | 'validateData'> {
  /** Clean documents say where their text comes from. */
  readonly aligned?: true;
}

/** @throws DataRefused where nothing is to be trained on this data */
export async function cleanCorpus(
  making: CorpusMaking,
  stage: StageProgress['stage'],
): Promise<CleaningResult> {
  return stage(
    'cleaning',
    async (note) => {
      const cleaned = await clean(making);
      const validated = await making.validateData?.(cleaned.corpus, note);
      return { ...cleaned, ...(validated !== undefined && { validated }) };
    },
    ({ keptCount, droppedCount, validated }) =>
      `${keptCount} kept, ${droppedCount} dropped${validated === undefined ? '' : `; ${validated}`}`,
  );
}

function clean({ run, spec, documents, documentCount = 0, aligned }: CorpusMaking): Promise<CleaningResult> {
  const { cleaning } = spec;
  const isLarge = documentCount > manyDocuments && aligned === undefined;
  // The last histories without it had such corpora cleaned in one go.
  if (isLarge && splitRecipe(cleaning.steps).alone.length > 0 && patched('2026-11-30-cleaning-by-shards'))
    return executeChild(cleaningWorkflow, {
      workflowId: workflowIds.cleaning(run.runId),
      staticSummary: `${run.model}: ${documentCount} documents are cleaned`,
      args: [{ ...run, cleaning, documents }],
    });
  return cleanDocuments({ ...run, cleaning, documents, ...(aligned && { aligned }) });
}
