// How much memory a phase of training takes, told before its first step from the shapes of its graph. What was measured
// beside it: encoders of 0.7 to 21 M parameters, where the process's real peak was 0.95 to 1.05 of what is said here.
import type { MemoryEstimate } from '../../contracts/training-plan.ts';
import type { GraphCost } from '../graph/cost.ts';
import { costOf } from '../graph/cost.ts';
import { gradients } from '../graph/gradients.ts';
import type { Node } from '../graph/ir.ts';
import { reachableOf } from '../graph/ir.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Kept, TrainingPlan } from './session.ts';
import { trainedParameters, vectorSizes } from './session.ts';

/** Arithmetic of a step over the longest rows. */
export type StepWork = Pick<GraphCost, 'matrixOperations' | 'movedBytes'>;

export interface PlanEstimate {
  readonly memory: MemoryEstimate;
  readonly work: StepWork;
  /** Numbers that the losses read and training leaves as they are. */
  readonly frozenParameters: number;
}

/** What of a plan says how much it takes. */
export type EstimatedPlan = Kept & Pick<TrainingPlan, 'losses' | 'validations'>;

const NUMBER_BYTES = 4;
const OPERATION_BYTES = 16_000; // measured: definition, kernel and what the executor keeps of each
const CHECKPOINT_COPIES = 3; // as read, as one vector, as the bytes of a file
const SLACK = 1.1; // measured: allocators hold on to a tenth more than is in use

/** @param parts in which a batch is computed; their gradients are added up where there are several */
export function estimatePlan(plan: EstimatedPlan, parts = 1): PlanEstimate {
  const { layout } = plan;
  const loss = largest(plan.losses);
  const step = costOfStep(loss, plan);
  const frozenParameters = frozenSize(loss, plan);
  const validation = costOf(largest(plan.validations));
  const programs = Object.keys(plan.losses).length * step.operations;
  const validations = Object.keys(plan.validations).length * validation.operations;
  const vector = NUMBER_BYTES * layout.size; // what is trained, and its gradient
  const kept = NUMBER_BYTES * Object.values(vectorSizes(plan)).reduce((total, size) => total + size, 0);
  const results = Math.max(step.peakBytes, validation.peakBytes);
  const memory = {
    parameters: vector + NUMBER_BYTES * frozenParameters,
    optimizer: kept - vector,
    gradients: vector * (parts > 1 ? 2 : 1),
    activations: Math.max(0, results - vector),
    graphs: OPERATION_BYTES * (programs + validations),
    checkpoint: CHECKPOINT_COPIES * kept,
  };
  const together = keptOf(memory) + Math.max(memory.gradients + memory.activations, memory.checkpoint);
  return { memory: { ...memory, total: Math.round(SLACK * together) }, work: step, frozenParameters };
}

function costOfStep([loss]: readonly Node[], plan: EstimatedPlan): GraphCost {
  return costOf([loss, ...gradients(loss, trainedParameters(loss, plan))]);
}

function frozenSize([loss]: readonly Node[], plan: EstimatedPlan): number {
  const trained = new Set(trainedParameters(loss, plan));
  return reachableOf([loss], 'parameter')
    .filter((parameter) => !trained.has(parameter))
    .reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** @returns the program that is fed most, if there is any: the others are like it, over shorter rows */
function largest(programs: Readonly<Record<string, Node>>): Node[] {
  const fed = (program: Node): number =>
    reachableOf([program], 'input').reduce((total, { shape }) => total + sizeOf(shape), 0);
  const sizes = Object.values(programs).map((program) => ({ program, size: fed(program) }));
  return sizes
    .sort((a, b) => b.size - a.size)
    .slice(0, 1)
    .map(({ program }) => program);
}

/**
 * @param available bytes that the machine has left
 * @param rows that a step computes at once
 * @returns how many rows at once would fit, the batch in parts; 0 where not even one does
 */
export function rowsThatFit(
  { memory, frozenParameters }: PlanEstimate,
  rows: number,
  available: number,
): number {
  const { parameters, activations, checkpoint } = memory;
  const left = available / SLACK - keptOf(memory);
  const gradient = parameters - NUMBER_BYTES * frozenParameters;
  const fitting = Math.floor((rows * (left - 2 * gradient)) / activations); // a gradient, and the sum of the parts'
  return left < checkpoint ? 0 : Math.max(0, Math.min(rows, fitting));
}

/** From the first step to the last; the parameters twice, as they were drawn or read and as the session has them. */
function keptOf({
  parameters,
  optimizer,
  graphs,
}: Pick<MemoryEstimate, 'parameters' | 'optimizer' | 'graphs'>) {
  return 2 * parameters + optimizer + graphs;
}
