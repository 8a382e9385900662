// The stage of cleaning, whatever the model is for: the recipe, then what came of it is held against the data schema.
import { proxyActivities } from '@temporalio/workflow';
import type { CleaningActivities } from '../activities/cleaning.ts';
import type { CleaningResult } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';
import type { PackageMaking } from './package-making.ts';
import type { StageProgress } from './stage-progress.ts';

const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);

/**
 * @param options.aligned clean documents say where their text comes from
 * @throws DataRefused where nothing is to be trained on this data
 */
export async function cleanCorpus(
  { run, spec, documents, validateData }: Pick<PackageMaking, 'run' | 'spec' | 'documents' | 'validateData'>,
  stage: StageProgress['stage'],
  options: { readonly aligned?: true } = {},
): Promise<CleaningResult> {
  return stage(
    'cleaning',
    async (note) => {
      const cleaned = await cleanDocuments({ ...run, cleaning: spec.cleaning, documents, ...options });
      const validated = await validateData?.(cleaned.corpus, note);
      return { ...cleaned, ...(validated !== undefined && { validated }) };
    },
    ({ keptCount, droppedCount, validated }) =>
      `${keptCount} kept, ${droppedCount} dropped${validated === undefined ? '' : `; ${validated}`}`,
  );
}
