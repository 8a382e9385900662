// An evaluation by itself: it judges nothing and changes nothing.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { DatasetEvaluationActivities } from '../activities/dataset-evaluation.ts';
import type { DatasetEvaluation, DatasetEvaluationInput } from '../contracts/dataset-evaluation.ts';
import { compute } from './activity-options.ts';

const { answerDataset, measureDataset } = proxyActivities<DatasetEvaluationActivities>(compute);

export async function datasetEvaluationWorkflow(input: DatasetEvaluationInput): Promise<DatasetEvaluation> {
  const given = await answerDataset(input);
  return measureDataset({ ...input, ...given, runId: workflowInfo().workflowId });
}
