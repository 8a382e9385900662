// Routes of a model's data: what is expected of it, and how the newest collection differed.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DataSchemas } from '../artifacts/data-schemas.ts';
import { type DataState, schemaChangeSchema } from '../contracts/data-validation.ts';
import { modelNameSchema } from '../contracts/model-spec/model-spec.ts';

const params = z.object({ model: modelNameSchema });

export function addDataRoutes(server: FastifyInstance, schemas: DataSchemas): void {
  const state = async (model: string): Promise<DataState> => {
    const [revisions, lastCheck] = await Promise.all([schemas.revisions(model), schemas.lastCheck(model)]);
    const schema = revisions.at(-1)?.schema;
    return {
      revisions: revisions.map(({ schema: _schema, ...revision }) => revision),
      ...(schema && { schema }),
      ...(lastCheck && { lastCheck }),
    };
  };
  server.get('/api/models/:model/data', (request) => state(params.parse(request.params).model));
  server.post('/api/models/:model/data/schema', async (request) => {
    const { model } = params.parse(request.params);
    const change = schemaChangeSchema.parse(request.body);
    const revision = ((await schemas.current(model))?.revision ?? 0) + 1;
    const at = new Date().toISOString();
    const added = await schemas.add(model, { ...change, revision, at });
    if (added.at !== at || added.by !== change.by)
      throw Object.assign(
        new Error(`${added.by} has written revision ${revision} meanwhile: look at it first`),
        {
          statusCode: 409,
        },
      );
    return state(model);
  });
}
