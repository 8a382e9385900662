// The gateway's HTTP server over versions that a test gives it.
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { createBatchStore } from '../../serving/batches/batch-store.ts';
import { createHttpServer } from '../../serving/http-server.ts';
import type { HttpServerDependencies } from '../../serving/route.ts';
import type { ServedModel } from '../../serving/served-model.ts';

/**
 * @param served the one model, which may change while the server runs
 * @param dependencies in place of those that do nothing
 */
export function createGatewayServer(
  served: () => ServedModel,
  dependencies: Partial<HttpServerDependencies> = {},
) {
  return createHttpServer({
    model: (name) => (name === served().model ? served() : undefined),
    models: () => [served()],
    hasDiscovered: () => true,
    recordAnswer: () => undefined,
    recordCompletion: () => undefined,
    capture: () => Promise.resolve(),
    batches: createBatchStore(createMemoryObjectStore()),
    accepted: { remember: () => undefined, score: () => Promise.resolve(undefined) },
    recordFeedback: (_model, { id }) => Promise.resolve({ id }),
    observeRequest: () => undefined,
    countTokens: () => undefined,
    metricsText: () => Promise.resolve('coppice_gateway_requests_total 1\n'),
    maximumBodyBytes: 10_000,
    onFailure: () => undefined,
    ...dependencies,
  });
}
