// Workflows that do not get on, as `coppice doctor` finds them, and runs that wait, as `coppice watch` tells them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRetriedActivities } from '../../../client/retried-activities.ts';
import { findStuckWorkflows } from '../../../client/stuck-workflows.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import { taskQueues } from '../../../contracts/task-queues.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('stuck');
});
afterAll(() => world.close());

describe('findStuckWorkflows', () => {
  it('names the workflow whose code fails, with what it said, and none that gets on', async () => {
    const { model } = world.addModel();
    await world.client.pause(model, 'kim'); // a controller that is well
    const broken = workflowIds.controller('broken');
    await world.workflow.start(workflowTypes.controller, {
      workflowId: broken,
      taskQueue: taskQueues.pipeline,
      args: [], // without its input its code fails at once, as code does that has changed under a workflow
    });
    const stuck = await world.until('a second attempt', async () => {
      const found = await findStuckWorkflows(world.client.temporal);
      return found.length > 0 && found;
    });
    expect(stuck).toMatchObject([
      { workflowId: broken, reason: expect.stringContaining('undefined') as string },
    ]);
    await world.workflow.getHandle(broken).terminate();
  });
});

describe('readRetriedActivities', () => {
  it('tells in one line what is tried again and why', async () => {
    const away = 'the artifact store http://store does not answer as it should (ECONNREFUSED)';
    const { model } = world.addModel({
      activities: {
        collectDocuments: () => Promise.reject(new CoppiceFailure('ArtifactStoreUnavailable', away)),
      },
    });
    const run = workflowIds.lifecycle(model, 'run');
    const handle = await world.start(workflowTypes.lifecycle, run, {
      ...{ model, spec: specOf(model), strategy: 'full', searchAttributes: [] },
      trigger: { kind: 'person', name: 'kim' },
    });
    const retried = await world.until('a failed attempt', async () => {
      const found = await readRetriedActivities(world.client.temporal, run);
      return found.length > 0 && found;
    });
    expect(retried).toMatchObject([{ activity: 'collectDocuments', reason: away }]);
    await handle.terminate();
  });
});
