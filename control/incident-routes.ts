// Routes of rollbacks: what they cost, and the one that works while Temporal is away.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Incidents } from '../artifacts/incidents.ts';
import { rollbackRequestSchema } from '../contracts/messages.ts';
import { modelNameSchema } from '../contracts/model-spec/model-spec.ts';
import type { DirectRollback } from './direct-rollback.ts';
import { renderIncidentPage } from './pages/incident-page.ts';

export interface IncidentRouteDependencies {
  readonly incidents: Incidents;
  readonly rollBackDirectly: DirectRollback;
}

const params = z.object({ model: modelNameSchema });
const incidentParams = params.extend({ generation: z.coerce.number().int().positive() });

export function addIncidentRoutes(
  server: FastifyInstance,
  { incidents, rollBackDirectly }: IncidentRouteDependencies,
): void {
  const find = async (request: { params: unknown }) => {
    const { model, generation } = incidentParams.parse(request.params);
    const incident = await incidents.read(model, generation);
    if (incident) return incident;
    const message = `no rollback of ${model} made generation ${generation}`;
    throw Object.assign(new Error(message), { statusCode: 404 });
  };
  server.get('/api/models/:model/incidents', (request) => incidents.list(params.parse(request.params).model));
  server.get('/api/models/:model/incidents/:generation', find);
  server.post('/api/models/:model/rollback', (request) =>
    rollBackDirectly(params.parse(request.params).model, rollbackRequestSchema.parse(request.body)),
  );
  server.get('/models/:model/incidents/:generation', async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(renderIncidentPage(await find(request))),
  );
}
