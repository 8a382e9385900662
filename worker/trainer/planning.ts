// What a training would take, told by the process that would train: memory and arithmetic from the shapes of its
// graphs, time from what matrix products and memory are measured to do here.
import { cpus } from 'node:os';
import type {
  MachineSpeed,
  PlannedPhase,
  PlanningJob,
  PlanningOutcome,
} from '../../contracts/training-plan.ts';
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
  readonly measureSpeed: () => MachineSpeed;
}

export function planTraining(job: PlanningJob, { memory, measureSpeed }: PlanningContext): PlanningOutcome {
  const speed = measureSpeed();
  const availableBytes = memory.available();
  const processBytes = memory.resident();
  const processors = cpus();
  return {
    phases: plannedObjectives(job).map((planned) => planPhase(planned, job, { speed, availableBytes })),
    availableBytes,
    processBytes,
    processor: processors.at(0)?.model ?? 'unknown',
    processors: processors.length,
    speed,
  };
}

function planPhase(
  { phase, objective }: PlannedObjective,
  { training, architecture }: PlanningJob,
  { speed, availableBytes }: { speed: MachineSpeed; availableBytes: number },
): PlannedPhase {
  const { pretraining, fineTuning, supervisedFineTuning } = training;
  const given = { pretraining, 'fine-tuning': fineTuning, 'supervised-fine-tuning': supervisedFineTuning };
  const options = given[phase] ?? fineTuning;
  const parts = partsOfBatch({ options });
  const rows = rowsAtOnce(options);
  const estimate = estimatePlan(
    { ...objective, optimizer: optimizerOf(options), averaging: options.averaging },
    parts,
  );
  const secondsPerStep = parts * secondsOf(estimate.work, speed);
  const tokensPerStep = options.batchSize * architecture.contextLength;
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
const secondsOf = ({ matrixOperations, movedBytes }: StepWork, speed: MachineSpeed): number =>
  matrixOperations / speed.matrixOperationsPerSecond + movedBytes / speed.bytesPerSecond;
