// What a training would take: one activity on the queue of the process that would train, which starts nothing.
import { proxyActivities } from '@temporalio/workflow';
import type { PlanningActivities, PlanningInput } from '../activities/planning.ts';
import type { TrainingPlanResult } from '../contracts/training-plan.ts';
import { planning } from './activity-options.ts';

const { planTraining } = proxyActivities<PlanningActivities>(planning);

export async function planningWorkflow(input: PlanningInput): Promise<TrainingPlanResult> {
  return planTraining(input);
}
