// Collects, cleans and holds the data against its schema, and trains nothing. A run that follows finds all of it done.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CollectionActivities } from '../activities/collection.ts';
import type { DataValidationActivities } from '../activities/data-validation.ts';
import type { DataCheck } from '../contracts/data-validation.ts';
import type { DataCheckInput } from '../contracts/messages.ts';
import { compute } from './activity-options.ts';
import { cleanCorpus } from './clean-corpus.ts';
import { trackStages } from './stage-progress.ts';

const { collectDocuments } = proxyActivities<CollectionActivities>(compute);
const { checkData } = proxyActivities<DataValidationActivities>(compute);

export async function dataCheckWorkflow({ spec }: DataCheckInput): Promise<DataCheck> {
  const run = { model: spec.name, runId: workflowInfo().workflowId };
  const { stage, fail } = trackStages({}, ['collection', 'cleaning']);
  const areSpans = spec.task === 'token-classification';
  try {
    const collected = await stage(
      'collection',
      () =>
        collectDocuments({
          ...{ ...run, collection: spec.collection },
          ...(areSpans && { labelled: 'spans' }),
        }),
      (it) => `${it.documentCount} documents (${it.newDocumentCount} new)`,
    );
    const { documents, documentCount, labels } = collected;
    const { corpus } = await cleanCorpus(
      { run, spec, documents, documentCount, validateData: undefined, ...(areSpans && { aligned: true }) },
      stage,
    );
    const areWhole = spec.task === 'text-classification';
    return await checkData({ ...run, corpus, ...(areWhole && { labels }) });
  } catch (error) {
    fail();
    throw error;
  }
}
