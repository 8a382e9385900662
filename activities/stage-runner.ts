// What every stage has in common: look in the step cache, else compute; measure; write down where the result came from.
import { Context } from '@temporalio/activity';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { StepCache } from '../artifacts/step-cache.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type { Stage } from '../contracts/stages.ts';
import type { Metrics } from '../monitoring/metrics.ts';

/** Artifacts by the role that they play in a stage. */
export type Roles = Readonly<Record<string, ArtifactReference>>;

export interface StageWork<T extends object> {
  readonly stage: Stage;
  /** A part of the stage that is cached by itself; default: the whole stage. */
  readonly step?: string;
  readonly run: RunIdentity;
  readonly parameters: object;
  readonly inputs: Roles;
  /** False where the result depends on more than parameters and inputs, such as a source outside. */
  readonly cacheable?: boolean;
  readonly compute: () => Promise<{
    result: T;
    outputs: Roles;
    metrics?: Readonly<Record<string, number>>;
  }>;
}

export type StageRunner = <T extends object>(work: StageWork<T>) => Promise<T & StageRecord>;

export interface StageRunnerDependencies {
  readonly cache: StepCache;
  readonly lineage: LineageLog;
  readonly metrics: Metrics;
  /** Digest of the code that a stage runs. */
  readonly codeVersion: (stage: Stage) => Promise<string>;
  readonly now: () => Date;
}

export function createStageRunner(dependencies: StageRunnerDependencies): StageRunner {
  const { cache, lineage, metrics, codeVersion, now } = dependencies;
  return async <T extends object>(work: StageWork<T>): Promise<T & StageRecord> => {
    const { stage, run, inputs } = work;
    const step = work.step ?? stage;
    const startedAt = now();
    const code = await codeVersion(stage);
    const parameters = JSON.parse(JSON.stringify(work.parameters)) as object; // as they are stored: without undefined
    const key = cache.key({ stage: step, codeVersion: code, parameters, inputs });

    const found = work.cacheable === false ? undefined : await cache.lookup<T>(key);
    const hit = found?.hit === true ? found : undefined;
    if (found) metrics.countCacheLookup(stage, found.hit);
    const computed = hit ?? (await work.compute());
    if (!hit && work.cacheable !== false) {
      await cache.record(key, { result: computed.result, outputs: computed.outputs });
    }
    const endedAt = now();
    const record = await lineage.record({
      stage,
      step,
      model: run.model,
      runId: run.runId,
      inputs,
      outputs: computed.outputs,
      parameters,
      codeVersion: code,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      metrics: ('metrics' in computed && computed.metrics) || {},
      cached: hit !== undefined,
    });
    const seconds = (endedAt.getTime() - startedAt.getTime()) / 1_000;
    metrics.observeStage({ model: run.model, stage, seconds, cached: hit !== undefined });
    Context.current().log.info(`${step} done`, { seconds, cached: hit !== undefined, reason: found?.reason });
    const cacheReason = found?.reason ?? 'never cached: it depends on more than its inputs';
    return { ...computed.result, lineage: record, cached: hit !== undefined, seconds, step, cacheReason };
  };
}
