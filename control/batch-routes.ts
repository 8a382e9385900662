// Routes of batches: where their records are left, how they stand, and what they leave.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { BatchView } from '../contracts/batch.ts';
import { workflowIds } from '../contracts/messages.ts';
import { modelNameSchema } from '../contracts/model-spec/model-spec.ts';

const listQuery = z.object({ model: modelNameSchema.optional() });
const jobParams = z.object({ model: modelNameSchema, job: z.string().min(1).max(200) });
const fileParams = jobParams.extend({ file: z.string() });
/** A stream, kept in a file on its way: its size costs no memory. */
const bodyLimit = 16 * 1024 * 1024 * 1024;
const binary = 'application/octet-stream';

export interface BatchRouteDependencies {
  readonly artifacts: ArtifactStore;
  readonly client: Pick<CoppiceClient, 'batches'>;
}

export function addBatchRoutes(server: FastifyInstance, { artifacts, client }: BatchRouteDependencies): void {
  const notFound = (message: string): never => {
    throw Object.assign(new Error(message), { statusCode: 404 });
  };
  const viewOf = async ({ model, job }: z.output<typeof jobParams>): Promise<BatchView> => {
    const id = workflowIds.batch(model, job);
    return (await client.batches.view(id)) ?? notFound(`there is no ${id}`);
  };
  const filesOf = async (params: z.output<typeof jobParams>) => {
    const { id, state, result } = await viewOf(params);
    if (!result) return notFound(`${id} is ${state}, and has left nothing`);
    return (await artifacts.readDirectory(result.output)).files;
  };

  server.addContentTypeParser(binary, (_request, payload, done) => done(null, payload));
  server.post('/api/batch-records', { bodyLimit }, async (request) => ({
    file: await artifacts.putStream(z.custom<AsyncIterable<unknown>>(isStream).parse(request.body), {
      mediaType: binary,
    }),
  }));
  server.get('/api/batches', async (request) => client.batches.list(listQuery.parse(request.query).model));
  server.get('/api/batches/:model/:job', async (request) => viewOf(jobParams.parse(request.params)));
  server.get('/api/batches/:model/:job/files', async (request) => ({
    files: await filesOf(jobParams.parse(request.params)),
  }));
  server.get('/api/batches/:model/:job/files/:file', async (request, reply) => {
    const { file, ...job } = fileParams.parse(request.params);
    const files = await filesOf(job);
    if (!Object.hasOwn(files, file))
      return notFound(`${workflowIds.batch(job.model, job.job)} left no ${file}`);
    const { mediaType, sizeBytes } = files[file];
    return reply
      .type(mediaType)
      .header('content-length', sizeBytes)
      .send(await artifacts.openStream(files[file]));
  });
}

const isStream = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
