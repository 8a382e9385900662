// What a training would take, as the command line asks for it, on the real server over fake activities.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('planning');
});
afterAll(() => world.close());

describe('a dry run', () => {
  it('is answered by the process that would train, and starts nothing', async () => {
    const fake = world.addModel();
    const spec = specOf(fake.model);
    expect(await world.client.planTraining(spec)).toMatchObject({ documents: { count: 400 }, processors: 2 });
    expect(fake.order()).toEqual(['planTraining']);
    expect(fake.calls('planTraining')).toEqual([{ model: fake.model, spec }]);
    const workflowId = await world.until('the workflow in the list', async () => {
      const query = `WorkflowId STARTS_WITH "planning/${fake.model}/"`;
      for await (const found of world.workflow.list({ query })) return found.workflowId;
      return undefined;
    });
    await world.record('planning-told', workflowId);
  });

  it('asks another time where the process died on the way', async () => {
    const fake = world.addModel();
    let alive = false;
    fake.replace({
      planTraining: (input) => {
        if (alive) return fake.original.planTraining(input);
        alive = true;
        return Promise.reject(new CoppiceFailure('TrainingInterrupted', 'the trainer ended by SIGKILL'));
      },
    });
    expect(await world.client.planTraining(specOf(fake.model))).toMatchObject({ documents: { count: 400 } });
    expect(fake.calls('planTraining')).toHaveLength(2);
  });
});
