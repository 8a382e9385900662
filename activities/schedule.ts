// Schedules follow the spec, and what they start is told to the controller.
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Decision, RetrainRequest, ScheduleTickInput } from '../contracts/messages.ts';
import type { ScheduledBatch } from '../contracts/model-spec/batches.ts';

export interface ScheduleActivityDependencies {
  readonly registry: Pick<RegistryReader, 'readSpec'>;
  /** Makes the model's Schedule one of this cron expression, or takes it away where there is none. */
  readonly follow: (model: string, cron: string | undefined) => Promise<void>;
  /** Makes the Schedules of the model's batches these. */
  readonly followBatches: (model: string, batches: readonly ScheduledBatch[]) => Promise<void>;
  readonly retrain: (model: string, request: RetrainRequest) => Promise<Decision>;
}

export type ScheduleActivities = ReturnType<typeof createScheduleActivities>;

export function createScheduleActivities({
  registry,
  follow,
  followBatches,
  retrain,
}: ScheduleActivityDependencies) {
  return {
    /** Creates, changes or deletes the Schedules of one model, of its retraining and its batches, as its newest spec says. */
    async followSchedule({ model }: { model: string }): Promise<void> {
      const stored = await registry.readSpec(model);
      if (!stored) throw new CoppiceFailure('InvalidInput', `${model} has no stored spec`);
      await follow(model, stored.spec.retraining.schedule);
      await followBatches(model, stored.spec.batches ?? []);
    },

    /** @returns what the controller decided: a model that is busy or frozen is left alone, which is no failure */
    async askToRetrain({ model, schedule, run }: ScheduleTickInput & { run: string }): Promise<Decision> {
      return retrain(model, { trigger: { kind: 'schedule', schedule }, run });
    },
  };
}
