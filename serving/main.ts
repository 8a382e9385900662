// The gateway process: follows the routing of every model, answers requests, writes down what was said.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { createClaims } from '../artifacts/claims.ts';
import { createLateRecordFilter } from '../artifacts/forgetting/late-records.ts';
import { removeExpiredCaptures } from '../artifacts/housekeeping/captures.ts';
import { openStore } from '../artifacts/open.ts';
import { readResponseKey } from '../artifacts/response-ids.ts';
import { createMetrics } from '../monitoring/metrics.ts';
import { readSettings } from '../settings/settings.ts';
import { createBatchStore } from './batches/batch-store.ts';
import { askServer, createBatchRunner } from './batches/run-batches.ts';
import { createCapture } from './capture.ts';
import { drain, drainLimits } from './drain.ts';
import { createFleet } from './fleet.ts';
import { createHttpServer } from './http-server.ts';
import { createVersionLoader } from './loaded-version.ts';
import { openOutbox } from './outbox/outbox.ts';
import { createRequestChecks } from './request-checks.ts';
import { createAcceptedTexts } from './scoring/accepted-texts.ts';
import { createScoredRecords } from './scoring/scored-records.ts';
import { createScoringThread } from './scoring/scoring-thread.ts';

const settings = readSettings(process.env);
const log = pino({ name: 'gateway', level: settings.logLevel });
const replica = `${hostname()}-${randomUUID().slice(0, 8)}`;
const metrics = createMetrics({ process: 'gateway' });
const store = await openStore(settings, { metrics, replica });
const outbox = await openOutbox({
  root: join(settings.home, 'outbox'),
  replica,
  limitBytes: settings.outboxLimitBytes,
  log: store.observations,
  withoutForgotten: createLateRecordFilter(store.buckets.artifacts),
  metrics,
  warn: (message) => log.warn(message),
});
const fleet = createFleet({
  replica,
  store,
  outbox,
  responseKey: await readResponseKey(store.buckets.artifacts),
  metrics,
  log,
  load: createVersionLoader({
    ...store,
    directory: join(settings.home, 'gateway'),
    hear: createRequestChecks({ schemas: store.dataSchemas, metrics }),
    observe: metrics.observeProcess,
  }),
});
const readRollout = async (model: string) => (await store.registry.readSpec(model))?.spec.rollout;
const scored = createScoredRecords({
  ask: createScoringThread().ask,
  record: fleet.recorder.recordCompletion,
  readRollout,
});
const batches = createBatchStore(store.buckets.artifacts);
let ending = false;
const server = createHttpServer({
  model: fleet.model,
  models: fleet.models,
  hasDiscovered: fleet.hasDiscovered,
  isEnding: () => ending,
  recordAnswer: fleet.recorder.recordAnswer,
  recordCompletion: scored.recordCompletion,
  accepted: createAcceptedTexts({ readRollout }),
  capture: createCapture({
    outbox,
    readCapture: async (model) => (await store.registry.readSpec(model))?.spec.serving?.capture,
  }),
  recordFeedback: fleet.recorder.recordFeedback,
  observeRequest: metrics.observeRequest,
  countTokens: metrics.countTokens,
  metricsText: metrics.text,
  batches,
  maximumBodyBytes: 16 * 1024 * 1024, // a mail with attachments
  onFailure: (error, requestId) => log.error({ err: error, requestId }, 'a request failed'),
});
const batchRunner = createBatchRunner({
  ...{ store: batches, replica, ask: askServer(server) },
  claims: createClaims(store.buckets.artifacts),
  warn: (message) => log.warn(message),
});
fleet.start();
batchRunner.start();
const removeExpired = () =>
  removeExpiredCaptures({ objects: store.buckets.artifacts, registry: store.registry }, new Date()).catch(
    (error: unknown) => log.warn({ err: error }, 'captured texts are removed later'),
  );
setInterval(() => void removeExpired(), 3_600_000).unref();
await server.listen({ host: settings.gatewayHost, port: settings.port });
log.info({ replica }, 'listening');

const stop = async () => {
  ending = true;
  await Promise.all([Promise.race([batchRunner.stop(), wait(drainLimits.answersMs)]), drain(server)]);
  await scored.settled();
  await fleet.stop();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
