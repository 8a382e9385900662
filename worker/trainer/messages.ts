// What the supervising process and the trainer say to each other over IPC.
import type { FailureType } from '../../contracts/failures.ts';
import type { JobOutcome, TrainingJob, TrainingProgress } from '../../contracts/training-job.ts';
import type { PlanningJob, PlanningOutcome } from '../../contracts/training-plan.ts';
import type { Settings } from '../../settings/settings.ts';

/** The store as it travels to the trainer, its key in the clear: the channel is a pipe between the two. */
export type StoreAddress = Omit<Settings['store'], 'secretKey'> & { readonly secretKey: string };

export type ToTrainer =
  | { readonly kind: 'start'; readonly job: TrainingJob; readonly store: StoreAddress; readonly home: string }
  | { readonly kind: 'plan'; readonly job: PlanningJob }
  /** Write a checkpoint and end. */
  | { readonly kind: 'stop' };

export type FromTrainer =
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'outcome'; readonly outcome: JobOutcome }
  | { readonly kind: 'plan'; readonly outcome: PlanningOutcome }
  | {
      readonly kind: 'failure';
      /** Absent: an error that is not of the table. */
      readonly type?: FailureType;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
