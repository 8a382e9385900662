// What every stage has in common: look in the step cache, else compute, once where several want the same; measure; write
// down where the result came from.
import { Context } from '@temporalio/activity';
import type { Claims } from '../artifacts/claims.ts';
import type { CodeVersions } from '../artifacts/code-version.ts';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { StepCache } from '../artifacts/step-cache.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type { Stage } from '../contracts/stages.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { computeOnce, type Explanation } from './compute-once.ts';
import { withHeartbeat } from './heartbeat.ts';

/** Artifacts by the role that they play in a stage. */
export type Roles = Readonly<Record<string, ArtifactReference>>;

interface Computed<T> {
  readonly result: T;
  readonly outputs: Roles;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface StageWork<T extends object> {
  readonly stage: Stage;
  /** A part of the stage that is cached by itself; default: the whole stage. */
  readonly step?: string;
  readonly run: RunIdentity;
  readonly parameters: object;
  readonly inputs: Roles;
  /** False where the result depends on more than parameters and inputs, such as a source outside. */
  readonly cacheable?: boolean;
  readonly compute: () => Promise<Computed<T>>;
}

export type StageRunner = <T extends object>(work: StageWork<T>) => Promise<T & StageRecord>;

export interface StageRunnerDependencies {
  readonly cache: StepCache;
  readonly claims: Claims;
  readonly lineage: LineageLog;
  readonly metrics: Metrics;
  readonly code: CodeVersions<Stage>;
  readonly now: () => Date;
}

const uncached: Explanation = {
  reason: 'never cached: it depends on more than its inputs',
  differences: [],
};

export function createStageRunner(dependencies: StageRunnerDependencies): StageRunner {
  const { cache, claims, lineage, metrics, code, now } = dependencies;

  return async <T extends object>(work: StageWork<T>): Promise<T & StageRecord> => {
    const { stage, run, inputs } = work;
    const { model, runId } = run;
    const step = work.step ?? stage;
    const startedAt = now();
    const version = code.of(stage);
    const parameters = JSON.parse(JSON.stringify(work.parameters)) as object; // as they are stored: without undefined
    const parts = { step, code: version, parameters, inputs };

    /** Writes down where a result came from, and answers as the stage does. */
    const conclude = async (made: Computed<T>, why: Explanation, cached: boolean) => {
      const endedAt = now();
      const { result, outputs, metrics: measured = {} } = made;
      const record = await lineage.record({
        ...{ stage, step, model, runId, inputs, outputs, parameters, codeVersion: version.digest },
        ...{ startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString(), metrics: measured, cached },
      });
      const seconds = (endedAt.getTime() - startedAt.getTime()) / 1_000;
      metrics.observeStage({ model, stage, seconds, cached });
      Context.current().log.info(`${step} done`, { seconds, cached, reason: why.reason });
      const differences = why.differences.length > 0 ? { cacheDifferences: why.differences } : {};
      return { ...result, lineage: record, cached, seconds, step, cacheReason: why.reason, ...differences };
    };

    if (work.cacheable === false) return conclude(await work.compute(), uncached, false);
    const once = await computeOnce<T & StageRecord, T>(
      { cache: { ...cache, lookup: (it) => withHeartbeat(() => cache.lookup(it)) }, claims },
      {
        ...{ parts, runId, signal: Context.current().cancellationSignal },
        onWait: (holder) => Context.current().heartbeat({ waitsFor: holder }),
        compute: async (why) => {
          metrics.countCacheLookup(stage, false);
          const made = await work.compute();
          const answer = await conclude(made, why, false);
          const { result, outputs } = made;
          // A process beside this one may have run code that is newer than what this one has loaded.
          if (await code.isCurrent(stage))
            await cache.record(parts, { result, outputs, lineage: answer.lineage, model, runId });
          else Context.current().log.warn(`${step} is not cached: its code was changed while it ran`);
          return answer;
        },
      },
    );
    if ('computed' in once) return once.computed;
    metrics.countCacheLookup(stage, true);
    return conclude(once.hit, { reason: once.reason, differences: [] }, true);
  };
}
