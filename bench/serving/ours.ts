// Our side: the gateway's HTTP server and a version in its process, without a store. Says where it listens, and ends with its
// standard input.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { createResponseIds } from '../../artifacts/response-ids.ts';
import { createBatchStore } from '../../serving/batches/batch-store.ts';
import { createHttpServer } from '../../serving/http-server.ts';
import { loadClassifierVersion } from '../../serving/tasks/classification-version.ts';
import { loadLanguageVersion } from '../../serving/tasks/generation-version.ts';
import { contextLength, model, type Task } from './work.ts';

const { kind, folder } = JSON.parse(process.argv[2]) as Task;
const nothing = (): void => undefined;
const load = { classifier: loadClassifierVersion, generator: loadLanguageVersion }[kind];
const version = await load({
  ...{ version: 1, limits: { silenceSeconds: 60 } },
  load: { directory: folder, contextLength, weights: 'model.safetensors' },
  observer: { queued: nothing, computed: nothing, restarted: nothing, gone: nothing },
  preprocessing: { steps: [], contextLength },
  read: async (name, schema) => schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
});
const routing = { model, generation: 1, at: '2026-01-01T00:00:00.000Z', champion: 1, quarantined: [] };
const served = {
  ...{ model, routing: () => routing, version: () => version },
  responseIds: createResponseIds(Buffer.alloc(32), model),
  refresh: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};
const server = createHttpServer({
  ...{ model: () => served, models: () => [served], hasDiscovered: () => true },
  ...{ recordAnswer: nothing, recordCompletion: nothing, observeRequest: nothing, countTokens: nothing },
  capture: () => Promise.resolve(),
  recordFeedback: (_model, { id }) => Promise.resolve({ id }),
  accepted: { remember: nothing, score: () => Promise.resolve(undefined) },
  metricsText: () => Promise.resolve(''),
  batches: createBatchStore(createMemoryObjectStore()),
  maximumBodyBytes: 1_000_000,
  onFailure: nothing,
});
await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ port: (server.server.address() as AddressInfo).port })}\n`);
process.stdin.resume().once('end', () => {
  version.stop();
  process.exit(0);
});
