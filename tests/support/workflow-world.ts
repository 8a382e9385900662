// Real workflows on the real server, over fake activities: a namespace of the test file's own, a worker on each of the
// task queues, and the client that people's tools use.
import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { type CoppiceClient, connectCoppice } from '../../client/coppice-client.ts';
import { workflowIds } from '../../contracts/messages.ts';
import { taskQueues } from '../../contracts/task-queues.ts';
import { readSettings } from '../../settings/settings.ts';
import { prepareTemporal } from '../../stack/temporal-setup.ts';
import { createOpenWorkFinder } from '../../worker/temporal.ts';
import { workflowBundlePath } from '../../worker/workflow-bundle.ts';
import { recordHistory } from '../replay/record.ts';
import {
  createFakeWorld,
  type FakeModel,
  type FakeModelOptions,
  type namesByQueue,
} from './fake-activities.ts';
import { poll } from './poll.ts';
import { quietTemporal } from './quiet-temporal.ts';

export type WorkflowWorld = Awaited<ReturnType<typeof openWorkflowWorld>>;

/** Ample on a machine that is busy with other things. */
const patienceMs = 60_000;

/**
 * @param name of the test file, for the namespace
 * @param queues that are served by fakes; the others by who is started
 * @param options.workflows false: another process runs them
 */
export async function openWorkflowWorld(
  name: string,
  queues: readonly (keyof typeof namesByQueue)[] = ['pipeline', 'training', 'planning', 'registry'],
  { workflows = true }: { readonly workflows?: boolean } = {},
) {
  const namespace = `${name}-${randomUUID().slice(0, 8)}`;
  const settings = readSettings({ ...inject('stack'), TEMPORAL_NAMESPACE: namespace });
  await prepareTemporal(settings.temporal);
  quietTemporal();
  const connection = await NativeConnection.connect({ address: settings.temporal.address });
  const client = await connectCoppice(settings);
  const { workflow } = client.temporal;
  const fakes = createFakeWorld(createOpenWorkFinder(client.temporal));

  const workflowBundle = { codePath: await workflowBundlePath() };
  const shared = { connection, namespace, identity: 'test', interceptors: fakes.interceptors };
  const workers = await Promise.all(
    queues.map((queue) =>
      Worker.create({
        ...shared,
        taskQueue: taskQueues[queue],
        activities: fakes.activitiesOf(queue),
        ...(queue === 'pipeline' &&
          workflows && { workflowBundle, stickyQueueScheduleToStartTimeout: '1 second' }),
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  let models = 0;

  return {
    client,
    workflow,
    /** For processes that work in this world. */
    environment: { ...inject('stack'), TEMPORAL_NAMESPACE: namespace },
    /** A model that no other test has, and its world. */
    addModel: (options: FakeModelOptions | ((model: string) => FakeModelOptions) = {}): FakeModel => {
      models += 1;
      const model = `${name}-${models}`; // the store is that of all files
      return fakes.addModel(model, typeof options === 'function' ? options(model) : options);
    },
    /** What a model's controller knows, asked until it is as told. */
    controllerState: (model: string, label: string, isSo: (state: ControllerView) => boolean) =>
      poll(
        `${model}: ${label}`,
        async () => {
          const state = await client.controllerState(model);
          return state && isSo(state) && state;
        },
        patienceMs,
      ),
    /** Waits for something of this world. */
    until: <T>(label: string, until: () => T | undefined | false | Promise<T | undefined | false>) =>
      poll(label, until, patienceMs),
    /** Starts a workflow as its starter would, on the queue of workflows. */
    start: (type: string, workflowId: string, input: object) =>
      workflow.start(type, { workflowId, taskQueue: taskQueues.pipeline, args: [input] }),
    searchAttributes: async (workflowId: string) => {
      const { typedSearchAttributes } = await workflow.getHandle(workflowId).describe();
      return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    },
    controllerHandle: (model: string) => workflow.getHandle(workflowIds.controller(model)),
    /** Keeps the history for the replay tests, where this run records. */
    record: (name: string, workflowId: string, runId?: string) =>
      recordHistory(name, () => workflow.getHandle(workflowId, runId).fetchHistory()),
    close: async (): Promise<void> => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await client.close();
      await connection.close();
    },
  };
}

type ControllerView = NonNullable<Awaited<ReturnType<CoppiceClient['controllerState']>>>;
