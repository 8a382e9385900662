// Routes of housekeeping: sizes, garbage, holds. What removes something takes JSON by POST, which no page of another site
// can send.
import type { FastifyInstance } from 'fastify';
import { CoppiceFailure } from '../contracts/failures.ts';
import {
  collectionRequestSchema,
  holdRequestSchema,
  releaseRequestSchema,
} from '../contracts/housekeeping.ts';
import type { Housekeeping } from './housekeeping.ts';

export function addHousekeepingRoutes(server: FastifyInstance, housekeeping: Housekeeping): void {
  const { holds } = housekeeping;
  const refuse = (statusCode: number, message: string): never => {
    throw Object.assign(new Error(message), { statusCode });
  };

  server.get('/api/sizes', () => housekeeping.sizes());
  server.post('/api/garbage-collection', async (request) => {
    const report = await housekeeping.collect(collectionRequestSchema.parse(request.body));
    return report ?? refuse(409, 'another garbage collection is at work: ask again when it is done');
  });
  server.get('/api/holds', () => holds.list());
  server.post('/api/holds', async (request) => {
    const { digest, ...hold } = holdRequestSchema.parse(request.body);
    try {
      return await holds.add(digest, hold);
    } catch (error) {
      if (error instanceof CoppiceFailure && error.type === 'ArtifactNotFound')
        return refuse(404, error.message);
      throw error;
    }
  });
  server.post('/api/holds/release', async (request) => {
    const { digest } = releaseRequestSchema.parse(request.body);
    return { released: await holds.remove(digest) };
  });
}
