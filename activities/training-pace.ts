// How fast a model's newest version was trained, for who asks how long the next training will take: a figure of the real
// thing, where that was done alike on a machine like this one.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { LineageRecord } from '../contracts/lineage.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import { modelFilePhases } from '../contracts/model-spec/searched-phase.ts';
import type { PlannedPhase } from '../contracts/training-plan.ts';

export interface PaceDependencies {
  readonly artifacts: Pick<ArtifactStore, 'readJson'>;
  readonly registry: Pick<RegistryReader, 'listVersions'>;
  readonly lineage: Pick<LineageLog, 'read' | 'findProducers'>;
}

/** The newest version, and tokens a second by phase. */
export interface TrainingPace {
  readonly version: number;
  readonly tokensPerSecond: Readonly<Partial<Record<PlannedPhase['phase'], number>>>;
}

export interface PaceQuestion {
  readonly spec: ModelSpec;
  /** That the model will have. */
  readonly vocabularySize: number;
  /** Of the machine that would train. */
  readonly machine: { readonly processor: string; readonly processors: number };
}

const environmentSchema = z.object({ environment: z.record(z.string(), z.string()) });
const vocabularySchema = z.object({ vocabularySize: z.number() });
const specSchema = z.object({
  tokenizer: vocabularySchema.extend({ extension: vocabularySchema.optional() }),
});
const parametersSchema = z.object({ architecture: z.json(), options: z.record(z.string(), z.json()) });

/** What of a phase's options a step's time depends on. */
const costly = ['batchSize', 'microBatchSize', 'precision', 'optimizer', 'averaging', 'lora'];

/** @returns undefined where there is no version, or it was trained on another machine, or what it tells of that is gone */
export async function readTrainingPace(
  { artifacts, registry, lineage }: PaceDependencies,
  { spec, vocabularySize, machine }: PaceQuestion,
): Promise<TrainingPace | undefined> {
  const newest = (await registry.listVersions(spec.name)).at(-1)?.document;
  if (newest === undefined) return undefined;
  try {
    const { environment } = await artifacts.readJson(newest.evidence, environmentSchema);
    const { processor, processors } = environment;
    if (processor !== machine.processor || processors !== String(machine.processors)) return undefined;
    const { tokenizer } = await artifacts.readJson(newest.spec, specSchema);
    if ((tokenizer.extension ?? tokenizer).vocabularySize !== vocabularySize) return undefined;
    const records = await Promise.all(newest.lineage.map((record) => lineage.read(record)));
    const tokensPerSecond: Partial<Record<PlannedPhase['phase'], number>> = {};
    for (const record of records) {
      const phase = phaseOf(record);
      if (phase === undefined || !isAlike(record, phase, spec)) continue;
      const measured = (await computed(lineage, record)).metrics['tokensPerSecond'];
      if (measured > 0) tokensPerSecond[phase] = measured;
    }
    return { version: newest.version, tokensPerSecond };
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}

function phaseOf({ stage, step }: LineageRecord): PlannedPhase['phase'] | undefined {
  const phases = Object.keys(modelFilePhases) as PlannedPhase['phase'][];
  return stage === 'training' ? phases.find((phase) => phase === step) : undefined;
}

/** Whether a step of it took as long as one of the phase as it would be trained now. */
function isAlike({ parameters }: LineageRecord, phase: PlannedPhase['phase'], spec: ModelSpec): boolean {
  const options = spec.training[modelFilePhases[phase]];
  const { success, data: then } = parametersSchema.safeParse(parameters);
  if (!success || options === undefined) return false;
  const now = parametersSchema.parse(JSON.parse(JSON.stringify({ architecture: spec.model, options })));
  return (
    isDeepStrictEqual(then.architecture, now.architecture) &&
    costly.every((name) => isDeepStrictEqual(then.options[name], now.options[name]))
  );
}

/** A record of what came from the step cache has no figures; that of the run that computed it has. */
async function computed(lineage: Pick<LineageLog, 'findProducers'>, record: LineageRecord) {
  if (!record.cached || !Object.hasOwn(record.outputs, 'weights')) return record;
  return (await lineage.findProducers(record.outputs['weights'].digest)).at(0)?.record ?? record;
}
