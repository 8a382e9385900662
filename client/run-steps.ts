// What the stages of a run answered, read from the event histories of the run and of what it starts.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { workflowsBelow } from '../contracts/messages.ts';
import { type CacheDifference, cacheDifferenceSchema } from '../contracts/stage-results.ts';

const stageRecordSchema = z.object({
  cached: z.boolean(),
  seconds: z.number(),
  step: z.string().optional(),
  cacheReason: z.string().optional(),
  cacheDifferences: z.array(cacheDifferenceSchema).optional(),
});

/** One step of a run that has ended. */
export interface RunStep {
  /** As the stage calls it; in histories from before it was said, the activity's name. */
  readonly step: string;
  readonly cached: boolean;
  readonly reason: string;
  /** Of a step that was computed: how its key differs from the nearest earlier result; the first 20 parts. */
  readonly differences: readonly CacheDifference[];
  readonly seconds: number;
  /** ISO 8601. */
  readonly endedAt: string;
}

/**
 * @param run workflow id of a lifecycle
 * @returns in the order in which they ended
 */
export async function readRunSteps(temporal: Client, run: string): Promise<RunStep[]> {
  const own = await readSteps(temporal, run);
  const below = await Promise.all(
    workflowsBelow(run).map(async (id) => ((await exists(temporal, id)) ? readSteps(temporal, id) : [])),
  );
  return [...own, ...below.flat()].sort((a, b) => a.endedAt.localeCompare(b.endedAt));
}

/** A run may not have come as far as its training, and few have many documents or search; reading the history alone would not tell that from a trouble. */
async function exists(temporal: Client, workflowId: string): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function readSteps(temporal: Client, workflowId: string): Promise<RunStep[]> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map<string, string>();
  return (events ?? []).flatMap((event): RunStep[] => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '?');
    const completed = event.activityTaskCompletedEventAttributes;
    const payload = completed?.result?.payloads?.[0];
    if (!payload) return [];
    const parsed = stageRecordSchema.safeParse(defaultPayloadConverter.fromPayload(payload));
    if (!parsed.success) return []; // an activity that is no stage
    const { step, cached, cacheReason, cacheDifferences: differences = [], seconds } = parsed.data;
    const name = step ?? names.get(String(completed.scheduledEventId)) ?? '?';
    const endedAt = new Date(
      Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6,
    );
    const reason = cacheReason ?? 'not written down';
    return [{ step: name, cached, reason, differences, seconds, endedAt: endedAt.toISOString() }];
  });
}
