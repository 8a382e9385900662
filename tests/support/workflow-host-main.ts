// A worker that runs workflows and nothing else, to be killed: activities are those of the test.
import { NativeConnection, Worker } from '@temporalio/worker';
import { taskQueues } from '../../contracts/task-queues.ts';
import { readSettings } from '../../settings/settings.ts';
import { workflowBundlePath } from '../../worker/workflow-bundle.ts';
import { quietTemporal } from './quiet-temporal.ts';

quietTemporal();
const { temporal } = readSettings(process.env);
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: temporal.address }),
  namespace: temporal.namespace,
  taskQueue: taskQueues.pipeline,
  workflowBundle: { codePath: await workflowBundlePath() },
  stickyQueueScheduleToStartTimeout: '1 second',
});
await worker.run();
