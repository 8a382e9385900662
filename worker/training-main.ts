// The trainer's host: one training or scoring job at a time, each in a process of its own that it watches over.
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { createFailureInterceptor } from '../activities/failures.ts';
import { createPlanningActivities } from '../activities/planning.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { createTrialActivities } from '../activities/trials.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import { openProcess, runUntilStopped } from './process-root.ts';
import { connectWorker } from './temporal.ts';
import { trainerProgram } from './trainer/program.ts';
import { runPlanningJob, runTrainingJob } from './trainer/supervise.ts';
import { withinMemory } from './trainer/within-memory.ts';

const opened = await openProcess('trainer');
const { settings, store, metrics, runStage } = opened;
await trainerProgram(); // now, so that the code that trains is the code whose version was read
const connection = await connectWorker(settings);
const dependencies = {
  artifacts: store.artifacts,
  runStage,
  metrics,
  runTrainingJob: withinMemory((job, options) => runTrainingJob(job, { ...options, settings }), {
    artifacts: store.artifacts,
    objects: store.buckets.artifacts,
  }),
};
const worker = await Worker.create({
  connection,
  namespace: settings.temporal.namespace,
  taskQueue: taskQueues.training,
  activities: { ...createTrainingActivities(dependencies), ...createTrialActivities(dependencies) },
  interceptors: { activity: [() => ({ inbound: createFailureInterceptor() })] },
  maxConcurrentActivityTaskExecutions: 1,
  maxHeartbeatThrottleInterval: '1 second', // the heartbeat is the progress that people watch
  shutdownGraceTime: '15 seconds', // for a checkpoint
});
// Beside it, so that a plan is told while a training goes on.
const planner = await Worker.create({
  connection,
  namespace: settings.temporal.namespace,
  taskQueue: taskQueues.planning,
  activities: createPlanningActivities({
    ...{ pointers: store.buckets.artifacts, artifacts: store.artifacts },
    ...{ registry: store.registry, lineage: store.lineage },
    runPlanningJob: (job) => runPlanningJob(job, { signal: Context.current().cancellationSignal }),
  }),
  interceptors: { activity: [() => ({ inbound: createFailureInterceptor() })] },
  maxConcurrentActivityTaskExecutions: 1,
});
await runUntilStopped([worker, planner], opened);
await connection.close();
