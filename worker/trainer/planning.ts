// What a training would take, told by the process that would train: memory and arithmetic from the shapes of its
// graphs, time from what matrix products and memory are measured to do here.
import { cpus } from 'node:os';
import { modelFilePhases, searchedPhase } from '../../contracts/model-spec/searched-phase.ts';
import type {
  MachineSpeed,
  PlannedPhase,
  PlannedSearch,
  PlanningJob,
  PlanningOutcome,
} from '../../contracts/training-plan.ts';
import type { Precision } from '../../pipeline/graph/operation-kinds.ts';
import { planSearch, trainingsByMemory } from '../../pipeline/search/planned-search.ts';
import type { StepWork } from '../../pipeline/training/estimate.ts';
import { estimatePlan, rowsThatFit } from '../../pipeline/training/estimate.ts';
import { rowsAtOnce } from '../../pipeline/training/micro-batches.ts';
import { optimizerOf } from '../../pipeline/training/optimizer.ts';
import type { PlannedObjective } from '../../pipeline/training/planned-objectives.ts';
import { plannedObjectives } from '../../pipeline/training/planned-objectives.ts';
import type { Memory } from './memory.ts';
import { partsOfBatch } from './memory-check.ts';

export interface PlanningContext {
  readonly memory: Memory;
  /** @param precisions that there will be products in */
  readonly measureSpeed: (precisions: readonly Precision[]) => Promise<MachineSpeed>;
}

export async function planTraining(
  job: PlanningJob,
  { memory, measureSpeed }: PlanningContext,
): Promise<PlanningOutcome> {
  const planned = plannedObjectives(job);
  const speed = await measureSpeed(planned.map(({ phase }) => optionsOf(job, phase).precision));
  const availableBytes = memory.available();
  const processBytes = memory.resident();
  const processors = cpus();
  const machine = { speed, availableBytes };
  const searched = searchedKind(job);
  const search = searched && planTrials(job, searched, machine);
  return {
    phases: planned.map((it) => ({
      ...planPhase(it, job, machine),
      // What is found may have the heaviest optimizer of the space.
      ...(it.phase === searched && memoryOf(heaviest(job, searched, machine))),
    })),
    ...(search && { search }),
    availableBytes,
    processBytes,
    processor: processors.at(0)?.model ?? 'unknown',
    processors: processors.length,
    speed,
  };
}

interface Machine {
  readonly speed: MachineSpeed;
  readonly availableBytes: number;
}

type PhaseKind = PlannedPhase['phase'];

const optionsOf = ({ training }: PlanningJob, phase: PhaseKind) =>
  training[modelFilePhases[phase]] ?? training.fineTuning;

/** The phase that is searched. */
function searchedKind({ training: { search } }: PlanningJob): PhaseKind | undefined {
  const kinds = Object.keys(modelFilePhases) as PhaseKind[];
  return search && kinds.find((kind) => modelFilePhases[kind] === searchedPhase(search));
}

/** The searched phase with the hyperparameters that take the most memory. */
function heaviest(
  job: PlanningJob,
  searched: PhaseKind,
  machine: Machine,
  validationShare?: number,
): PlannedPhase {
  const all = trainingsByMemory(job.training).flatMap((training) => {
    const variant = { ...job, training };
    const objectives = plannedObjectives(variant, validationShare);
    return objectives
      .filter(({ phase }) => phase === searched)
      .map((planned) => planPhase(planned, variant, machine));
  });
  return all.reduce((most, it) => (it.memory.total > most.memory.total ? it : most));
}

const memoryOf = ({ memory, rowsAtOnce: rows, rowsThatFit: fitting }: PlannedPhase) => ({
  ...{ memory, rowsAtOnce: rows, rowsThatFit: fitting },
});

/** All trials of the search, as the heaviest of them. */
function planTrials(job: PlanningJob, searched: PhaseKind, machine: Machine): PlannedSearch | undefined {
  const { search, seed } = job.training;
  if (search === undefined) return undefined;
  const goesOn = optionsOf(job, searched).earlyStopping !== undefined;
  const trial = heaviest(job, searched, machine, goesOn ? undefined : search.share);
  const { rungs, steps } = planSearch({ search, seed }, trial.steps);
  return {
    ...trial,
    ...{ steps, goesOn, seconds: (steps * trial.tokensPerStep) / trial.tokensPerSecond },
    rungs: rungs.map(({ trials, ...rung }) => ({ trials: trials.length, steps: rung.steps })),
  };
}

function planPhase(
  { phase, objective }: PlannedObjective,
  job: PlanningJob,
  { speed, availableBytes }: Machine,
): PlannedPhase {
  const options = optionsOf(job, phase);
  const parts = partsOfBatch({ options });
  const rows = rowsAtOnce(options);
  const estimate = estimatePlan(
    { ...objective, optimizer: optimizerOf(options), averaging: options.averaging },
    parts,
  );
  const secondsPerStep = parts * secondsOf(estimate.work, speed, options.precision);
  const tokensPerStep = options.batchSize * job.architecture.contextLength;
  const fits = estimate.memory.total <= availableBytes;
  return {
    phase,
    parameters: objective.layout.size,
    ...(estimate.frozenParameters > 0 && { frozenParameters: estimate.frozenParameters }),
    steps: objective.totalSteps,
    tokensPerStep,
    memory: estimate.memory,
    rowsAtOnce: rows,
    rowsThatFit: fits ? rows : rowsThatFit(estimate, rows, availableBytes),
    seconds: objective.totalSteps * secondsPerStep,
    tokensPerSecond: tokensPerStep / secondsPerStep,
  };
}

/** Products are bound by arithmetic, everything else by memory. */
function secondsOf(
  { matrixOperations, movedBytes }: StepWork,
  { matrixOperationsPerSecond, bytesPerSecond }: MachineSpeed,
  precision: Precision,
): number {
  const operationsPerSecond = matrixOperationsPerSecond[precision];
  if (operationsPerSecond === undefined) throw new RangeError(`products in ${precision} were not measured`);
  return matrixOperations / operationsPerSecond + movedBytes / bytesPerSecond;
}
