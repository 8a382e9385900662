// /v1/files and /v1/batches, in the shapes of the OpenAI API. A batch is answered by run-batches.ts.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { HttpProblem, invalidRequest, parse, unavailable } from '../route.ts';
import { type Batch, createBatchSchema, endedStatuses, pageQuerySchema } from './batch-schemas.ts';
import type { BatchStore } from './batch-store.ts';

/** OpenAI's own bound is 200 MB; this one is kept in memory while it comes. */
const maximumFileBytes = 64 * 1024 * 1024;
const windowSeconds = 24 * 3_600;
const idParams = z.object({ id: z.string() });

export function addBatches(gateway: FastifyInstance, store: BatchStore): void {
  void gateway.register((server, _options, done) => {
    server.setErrorHandler((error) => {
      if (error instanceof CoppiceFailure && error.type === 'ArtifactStoreUnavailable')
        throw unavailable('the store of files and batches does not answer');
      throw error; // the gateway has words for it
    });
    addRoutes(server, store);
    done();
  });
}

function addRoutes(server: FastifyInstance, store: BatchStore): void {
  const fileOf = async (params: unknown) => {
    const { id } = idParams.parse(params);
    return (await store.readFile(id)) ?? notFound(`no file ${id}`);
  };
  const batchOf = async (params: unknown): Promise<Batch> => {
    const { id } = idParams.parse(params);
    return shown((await store.readBatch(id)) ?? notFound(`no batch ${id}`), await store.isCancelled(id));
  };

  server.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: maximumFileBytes },
    (_request, body, done) => done(null, body),
  );
  server.post('/v1/files', { bodyLimit: maximumFileBytes }, async ({ headers, body }) => {
    const { content, filename } = await formOf(body, headers['content-type']);
    return store.writeFile(content, { filename, purpose: 'batch' });
  });
  server.get('/v1/files', async ({ query }) => pageOf(await store.listFiles(), query));
  server.get('/v1/files/:id', ({ params }) => fileOf(params));
  server.get('/v1/files/:id/content', async ({ params }, reply) => {
    const { id, bytes } = await fileOf(params);
    return reply
      .type('application/jsonl')
      .header('content-length', bytes)
      .send(await store.openFile(id));
  });
  server.delete('/v1/files/:id', async ({ params }) => {
    const { id } = await fileOf(params);
    await store.removeFile(id);
    return { id, object: 'file', deleted: true };
  });

  server.post('/v1/batches', async ({ body }) => {
    const { input_file_id: file, endpoint, metadata = null } = parse(createBatchSchema, body);
    if (!(await store.readFile(file)))
      throw invalidRequest(`input_file_id: no file ${file}`, { param: 'input_file_id' });
    const created = Math.floor(store.now().getTime() / 1_000);
    const none = {
      in_progress_at: null,
      completed_at: null,
      failed_at: null,
      cancelling_at: null,
      cancelled_at: null,
    };
    const batch: Batch = {
      ...{ id: `batch-${randomUUID()}`, object: 'batch', endpoint, input_file_id: file },
      ...{ completion_window: '24h', status: 'validating', created_at: created },
      ...{ expires_at: created + windowSeconds, ...none, expired_at: null },
      ...{ output_file_id: null, error_file_id: null, errors: null, metadata },
      request_counts: { total: 0, completed: 0, failed: 0 },
    };
    await store.writeBatch(batch);
    return batch;
  });
  server.get('/v1/batches', async ({ query }) => {
    const batches = await store.listBatches();
    return pageOf(
      await Promise.all(batches.map(async (it) => shown(it, await store.isCancelled(it.id)))),
      query,
    );
  });
  server.get('/v1/batches/:id', ({ params }) => batchOf(params));
  server.post('/v1/batches/:id/cancel', async ({ params }) => {
    const batch = await batchOf(params);
    if (hasEnded(batch)) throw new HttpProblem(409, 'batch_ended', `${batch.id} is ${batch.status} already`);
    await store.cancel(batch.id);
    return shown(batch, true);
  });
}

export const hasEnded = ({ status }: Batch): boolean => (endedStatuses as readonly string[]).includes(status);

const shown = (batch: Batch, cancelled: boolean): Batch =>
  cancelled && !hasEnded(batch) ? { ...batch, status: 'cancelling' } : batch;

function notFound(message: string): never {
  throw new HttpProblem(404, 'not_found', message);
}

/** A page of a list, the newest first. */
function pageOf<T extends { id: string; created_at: number }>(all: T[], query: unknown) {
  const { after, limit } = parse(pageQuerySchema, query);
  const sorted = all.sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1));
  const from = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  const data = sorted.slice(from, from + limit);
  return {
    ...{ object: 'list', data, first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null },
    has_more: from + limit < sorted.length,
  };
}

async function formOf(body: unknown, contentType: string | undefined) {
  if (!Buffer.isBuffer(body)) throw invalidRequest('expected multipart/form-data with file and purpose');
  const headers = { 'content-type': contentType ?? '' };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- for large bodies, and this one is bounded
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => undefined);
  const [file, purpose] = [form?.get('file'), form?.get('purpose')];
  if (!(file instanceof File)) throw invalidRequest('file: expected a file', { param: 'file' });
  if (purpose !== 'batch') throw invalidRequest('purpose: expected batch', { param: 'purpose' });
  return { content: Buffer.from(await file.arrayBuffer()), filename: file.name.slice(0, 255) };
}
