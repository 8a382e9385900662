// The workflows of a worker, for the bundler.
export { batchWorkflow } from './batch.ts';
export { cleaningWorkflow } from './cleaning.ts';
export { controllerWorkflow } from './controller.ts';
export { dataCheckWorkflow } from './data-check.ts';
export { datasetEvaluationWorkflow } from './dataset-evaluation.ts';
export { forgettingWorkflow } from './forgetting.ts';
export { keyChangeWorkflow } from './key-change.ts';
export { languageTrainingWorkflow } from './language-training.ts';
export { lifecycleWorkflow } from './lifecycle.ts';
export { planningWorkflow } from './planning.ts';
export { repairWorkflow } from './repair.ts';
export { rolloutWorkflow } from './rollout.ts';
export { scheduleTickWorkflow } from './schedule-tick.ts';
export { searchWorkflow } from './search.ts';
export { trainingWorkflow } from './training.ts';
