// A job with the hyperparameters of a trial in its options.
import {
  fineTuningSchema,
  pretrainingSchema,
  supervisedFineTuningSchema,
} from '../../contracts/model-spec/learning.ts';
import type { Hyperparameters } from '../../contracts/model-spec/search.ts';
import { fieldOf } from '../../contracts/model-spec/searched-phase.ts';
import type { PhaseJob } from '../../contracts/training-job.ts';

/**
 * @returns the job of a model file that has these values
 * @example withHyperparameters(job, { 'pretraining.dropout': 0.2 }).options.dropout // → 0.2
 */
export function withHyperparameters(job: PhaseJob, hyperparameters: Hyperparameters): PhaseJob {
  const fields = Object.fromEntries(
    Object.entries(hyperparameters).map(([path, value]) => [fieldOf(path), value]),
  );
  // One branch a kind: the options go with it.
  switch (job.kind) {
    case 'pretraining':
      return { ...job, options: pretrainingSchema.parse({ ...job.options, ...fields }) };
    case 'fine-tuning':
      return { ...job, options: fineTuningSchema.parse({ ...job.options, ...fields }) };
    case 'supervised-fine-tuning':
      return { ...job, options: supervisedFineTuningSchema.parse({ ...job.options, ...fields }) };
  }
}
