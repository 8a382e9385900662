// The table of stages that the Temporal UI and `coppice watch` show while a version is made.
import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { LifecycleInput, LifecycleResult, StageStatus } from '../contracts/messages.ts';
import { type Stage, stages } from '../contracts/stages.ts';
import { lifecycleStatusQuery } from './messages.ts';
import { lifecycleDetails, tell } from './story.ts';

/** A stage as it is shown: what it does, and what is told of its result. */
export type StageProgress = ReturnType<typeof trackStages>;

/**
 * Keeps the table of stages that the UI and `coppice watch` show.
 * @param shown the stages that it has
 */
export function trackStages(
  { searchAttributes }: Pick<LifecycleInput, 'searchAttributes'>,
  shown: readonly Stage[] = stages.filter((stage) => stage !== 'rollout'),
) {
  const table = new Map<Stage, StageStatus>(
    shown.map((stage) => [stage, { stage, state: 'waiting', detail: '' }]),
  );
  let outcome: LifecycleResult['outcome'] | undefined;
  const status = () => ({ stages: [...table.values()], ...(outcome && { outcome }) });
  const show = () => setCurrentDetails(lifecycleDetails(status()));
  const set = (entry: StageStatus) => {
    table.set(entry.stage, entry);
    show();
  };
  setHandler(lifecycleStatusQuery, status);
  return {
    stage: async <T extends object>(
      stage: Stage,
      work: (note: (detail: string) => void) => Promise<T>,
      describe: (result: T) => string,
    ): Promise<T> => {
      const startedAt = Date.now();
      set({ stage, state: 'running', detail: '' });
      tell(searchAttributes, { CoppiceStage: stage });
      const result = await work((detail) => set({ stage, state: 'running', detail }));
      const cached = 'cached' in result && result.cached === true;
      const seconds = (Date.now() - startedAt) / 1_000;
      set({ stage, state: cached ? 'cached' : 'done', detail: describe(result), seconds });
      return result;
    },
    end: (ended: LifecycleResult['outcome']) => {
      outcome = ended;
      show();
    },
    fail: () => {
      for (const entry of table.values()) if (entry.state === 'running') set({ ...entry, state: 'failed' });
    },
  };
}
