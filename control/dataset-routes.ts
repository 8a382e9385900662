// Routes of evaluations on datasets: where the dataset is left, and where the report is read.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import { datasetEvaluationSchema, datasetSchema } from '../contracts/dataset-evaluation.ts';
import { workflowIds } from '../contracts/messages.ts';

const params = z.object({ id: z.uuid() });
const bodyLimit = 128 * 1024 * 1024;

export interface DatasetRouteDependencies {
  readonly artifacts: ArtifactStore;
  readonly client: Pick<CoppiceClient, 'datasetEvaluations' | 'describeWorkflow'>;
}

export function addDatasetRoutes(
  server: FastifyInstance,
  { artifacts, client }: DatasetRouteDependencies,
): void {
  server.post('/api/datasets', { bodyLimit }, async (request) => ({
    dataset: await artifacts.putJson(datasetSchema.parse(request.body)),
  }));
  server.get('/dataset-evaluations/:id', async (request, reply) => {
    const workflowId = workflowIds.datasetEvaluation(params.parse(request.params).id);
    const found = await client.describeWorkflow(workflowId);
    if (found?.status !== 'COMPLETED') {
      const message = found ? `${workflowId} is ${found.status}` : `there is no ${workflowId}`;
      throw Object.assign(new Error(message), { statusCode: 404 });
    }
    const { report } = datasetEvaluationSchema.parse(await client.datasetEvaluations.result(workflowId));
    return reply.type('text/html; charset=utf-8').send(await artifacts.readBytes(report));
  });
}
