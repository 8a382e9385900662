// The trials of a training whose hyperparameters were searched, for its report.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { SearchTable } from '../contracts/search.ts';
import { searchTableSchema } from '../contracts/search.ts';
import type { TrainingResult } from '../contracts/stage-results.ts';

/** @returns nothing where the model file searches nothing */
export async function readSearchTable(
  artifacts: Pick<ArtifactStore, 'readJson'>,
  { search }: Pick<TrainingResult, 'search'>,
): Promise<{ search?: SearchTable }> {
  return search ? { search: await artifacts.readJson(search, searchTableSchema) } : {};
}
