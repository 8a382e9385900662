// The worker: workflows, the activities that move and compute data, and the single writer of the registry.
import { join, resolve } from 'node:path';
import { Worker } from '@temporalio/worker';
import { createBatchActivities } from '../activities/batch.ts';
import { createChampionFiguresActivities } from '../activities/champion-figures.ts';
import { createCleaningActivities } from '../activities/cleaning.ts';
import { createCollectionActivities } from '../activities/collection.ts';
import { createCorpusSplitActivities } from '../activities/corpus-split.ts';
import { createDataValidationActivities } from '../activities/data-validation.ts';
import { createDatasetEvaluationActivities } from '../activities/dataset-evaluation.ts';
import { createEvaluationActivities } from '../activities/evaluation.ts';
import { createFailureInterceptor } from '../activities/failures.ts';
import { createForgettingActivities } from '../activities/forgetting.ts';
import { createIncidentActivities } from '../activities/incidents.ts';
import { createLanguageEvaluationActivities } from '../activities/language-evaluation.ts';
import { createModelStateActivities } from '../activities/model-state.ts';
import { createMonitoringActivities } from '../activities/monitoring.ts';
import { createPairActivities } from '../activities/pairs.ts';
import { createRegistryActivities } from '../activities/registry.ts';
import { createRepairActivities } from '../activities/repair.ts';
import { createRolloutActivities } from '../activities/rollout.ts';
import { createRolloutValidationActivities } from '../activities/rollout-validation.ts';
import { createScheduleActivities } from '../activities/schedule.ts';
import { createSearchActivities } from '../activities/search.ts';
import { createSelectionActivities } from '../activities/selection.ts';
import { createShardCleaningActivities } from '../activities/shard-cleaning.ts';
import { createTokenEvaluationActivities } from '../activities/token-evaluation.ts';
import { createTokenSelectionActivities } from '../activities/token-selection.ts';
import { createTokenizationActivities } from '../activities/tokenization.ts';
import { openIncidents } from '../artifacts/incidents.ts';
import { openBucketReader, openRegistryWriter } from '../artifacts/open.ts';
import { connectCoppice } from '../client/coppice-client.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import { createPrometheusClient } from '../monitoring/prometheus-client.ts';
import { loadLanguageIdentifier } from '../runtimes/languages/identifier.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';
import { createSourceSecrets } from '../settings/source-secrets.ts';
import { openProcess, runUntilStopped } from './process-root.ts';
import { connectWorker, createOpenWorkFinder, readSearchAttributes } from './temporal.ts';
import { removeCheckpoints } from './trainer/checkpoint.ts';
import { workflowBundlePath } from './workflow-bundle.ts';

const opened = await openProcess('worker');
const { settings, store, metrics, runStage } = opened;
const { artifacts, registry, observations, leases, buckets } = store;
const { namespace } = settings.temporal;
const connection = await connectWorker(settings);
const coppice = await connectCoppice(settings);
const client = coppice.temporal;
const prometheus = createPrometheusClient({ url: settings.prometheusUrl });
const now = () => new Date();

const activities = {
  ...createModelStateActivities({
    artifacts,
    registry,
    findOpenWork: createOpenWorkFinder(client),
    searchAttributes: await readSearchAttributes(client, namespace),
    controlUrl: settings.controlUrl,
  }),
  ...createCollectionActivities({
    artifacts,
    pointers: buckets.artifacts,
    objects: openBucketReader(settings),
    stateDirectory: resolve(settings.home),
    secrets: createSourceSecrets(process.env),
    pseudonymKey: settings.pseudonymKey,
    runStage,
    now,
  }),
  ...createCleaningActivities({ artifacts, runStage, metrics }),
  ...createBatchActivities({
    ...{ artifacts, registry, runStage, metrics },
    pointers: buckets.artifacts,
    objects: openBucketReader(settings),
  }),
  ...createDatasetEvaluationActivities({ artifacts, registry, environment: process.env, now }),
  ...createShardCleaningActivities({ artifacts, runStage, metrics }),
  ...createDataValidationActivities({ artifacts, schemas: store.dataSchemas, loadLanguageIdentifier, now }),
  ...createTokenizationActivities({ artifacts, runStage, loadTokenizer }),
  ...createPairActivities({ artifacts, runStage, loadTokenizer }),
  ...createSelectionActivities({ artifacts, runStage }),
  ...createTokenSelectionActivities({ artifacts, runStage, loadTokenizer }),
  ...createTokenEvaluationActivities({ artifacts, runStage, loadTokenizer, now }),
  ...createSearchActivities({
    ...{ artifacts, runStage },
    removeCheckpoints: (key) => removeCheckpoints(buckets.artifacts, key),
  }),
  ...createChampionFiguresActivities({ artifacts }),
  ...createCorpusSplitActivities({ artifacts, runStage }),
  ...createLanguageEvaluationActivities({ artifacts, runStage, now }),
  ...createEvaluationActivities({ artifacts, runStage, loadTokenizer, now }),
  ...createRolloutValidationActivities({ gatewayUrl: settings.gatewayUrl }),
  ...createRolloutActivities({ registry, observations, leases, prometheus, metrics, now }),
  ...createIncidentActivities({
    ...{ prometheus, now, controlUrl: settings.controlUrl },
    incidents: openIncidents({ objects: buckets.artifacts, registry, observations }),
  }),
  ...createForgettingActivities({
    ...{ artifacts, registry, now },
    objects: buckets.artifacts,
    lineage: store.lineage,
    findOpenWork: createOpenWorkFinder(client),
    retrain: coppice.retrain,
  }),
  ...createRepairActivities({ artifacts, registry, objects: buckets.artifacts, lineage: store.lineage }),
  ...createScheduleActivities({
    ...{ registry, retrain: coppice.retrain },
    follow: coppice.schedules.follow,
    followBatches: coppice.batchSchedules.follow,
  }),
  ...createMonitoringActivities({
    registry,
    prometheus,
    rulesDirectory: join(settings.home, 'prometheus', 'rules'),
  }),
};

const shared = {
  connection,
  namespace,
  interceptors: { activity: [() => ({ inbound: createFailureInterceptor() })] },
};
const pipeline = await Worker.create({
  ...shared,
  taskQueue: taskQueues.pipeline,
  workflowBundle: { codePath: await workflowBundlePath() },
  activities,
  stickyQueueScheduleToStartTimeout: '1 second', // a pipeline is back in 3 to 4 s after its worker died, not 12
  maxConcurrentActivityTaskExecutions: 20,
});
const registryWriter = await openRegistryWriter(settings, store);
const writer = await Worker.create({
  ...shared,
  taskQueue: taskQueues.registry,
  activities: createRegistryActivities({ writer: registryWriter, keys: registryWriter.keys }),
  maxConcurrentActivityTaskExecutions: 1,
});
await runUntilStopped([pipeline, writer], opened);
await coppice.close();
await connection.close();
