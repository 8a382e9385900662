// A training plan as one TensorFlow graph: variables, every program with its gradients and updates, validations, and
// the operations that set and read the state. It is written as a SavedModel, which the addon of tfjs-node loads and
// steps unchanged.

import { slotsOf } from '../../training/optimizer.ts';
import type { TrainingPlan } from '../../training/session.ts';
import { trainedParameters } from '../../training/session.ts';
import { gradients } from '../gradients.ts';
import type { Node } from '../ir.ts';
import { reachableOf } from '../ir.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { createGraphDef, shapeAttribute, typeAttribute } from './graph-def.ts';
import type { LoweringOptions } from './lower.ts';
import { lower } from './lower.ts';
import type { UpdateScalars, Variable, VariableReferences } from './step-parts.ts';
import { average, clip, globalNorm, update } from './updates.ts';

/** Names by which a loaded graph is run. */
export interface TrainingGraph {
  readonly savedModel: Uint8Array;
  readonly programs: Readonly<Record<string, StepNames>>;
  readonly validations: Readonly<Record<string, LossNames>>;
  /** What is fed to each step beside the program's inputs. */
  readonly scalars: UpdateScalars;
  /** Sets all variables from what is fed to them. */
  readonly assign: Reference;
  readonly variables: readonly VariableNames[];
  /** Where what is not trained is fed, in the order of its layout, when the variables are set. */
  readonly frozen: readonly Reference[];
}

export interface ProgramNames {
  readonly inputs: readonly Node<'input'>[];
  /** Where each input is fed, by its name. */
  readonly feeds: Readonly<Record<string, Reference>>;
}

export interface LossNames extends ProgramNames {
  readonly loss: Reference;
}

/** A program that takes steps. Loss and norm are those before the step. */
export interface StepNames extends ProgramNames {
  /** Takes a step on all that is fed; loss, and the gradient's norm. */
  readonly whole: readonly [Reference, Reference];
  /** Keeps the gradients of a batch's first part; its loss. */
  readonly begin: Reference;
  /** Adds the gradients of another part; its loss. */
  readonly add: Reference;
  /** Takes a step on the gradients that were added up; their norm. */
  readonly conclude: Reference;
}

export interface VariableNames {
  /** Which vector of the state it is part of. */
  readonly vector: string;
  readonly parameter: string;
  readonly initial: Reference;
  readonly value: Reference;
}

const float = typeAttribute('float32');

export interface TrainingGraphOptions {
  /** Whether the library of fused kernels is loaded where the graph will run. */
  readonly kernels: boolean;
}

export function buildTrainingGraph(plan: TrainingPlan, { kernels }: TrainingGraphOptions): TrainingGraph {
  const target = createGraphDef();
  const state = createState(target, plan);
  const scalars = {
    rate: placeholder(target, 'rate', []),
    epsilon: placeholder(target, 'epsilon', []),
    decay: placeholder(target, 'decay', []),
    renewal: placeholder(target, 'renewal', []),
    newestShare: placeholder(target, 'newest-share', []),
  };
  const program = (kind: 'train' | 'validate', name: string, loss: Node): Program => {
    const feeds: Record<string, Reference> = {};
    const inputs = reachableOf([loss], 'input');
    for (const { attributes } of inputs) {
      const place = `${kind}/${name}/${attributes.name}`;
      feeds[attributes.name] = placeholder(target, place, attributes.shape, attributes.type);
    }
    const source = (node: Node<'input'> | Node<'parameter'>): Reference => {
      const { name: wanted } = node.attributes;
      if (node.operation === 'input') return feeds[wanted];
      const frozen = state.frozen.get(wanted);
      if (frozen !== undefined) return frozen.value;
      const variable = state.variable(wanted);
      return (kind === 'validate' ? (variable.average ?? variable) : variable).value;
    };
    return { target, plan, kernels, scalars, state, loss, source, names: { inputs, feeds } };
  };
  return {
    programs: mapEntries(plan.losses, (name, loss) => addSteps(program('train', name, loss))),
    validations: mapEntries(plan.validations, (name, loss) => addLoss(program('validate', name, loss))),
    scalars,
    assign: state.assign,
    variables: state.names,
    frozen: [...state.frozen.values()].map(({ initial }) => initial),
    savedModel: target.encode(),
  };
}

function mapEntries<A, B>(
  record: Readonly<Record<string, A>>,
  change: (name: string, value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));
}

/** A loss on its way into the graph. */
interface Program {
  readonly target: GraphDef;
  readonly plan: TrainingPlan;
  readonly kernels: boolean;
  readonly scalars: UpdateScalars;
  readonly state: State;
  readonly loss: Node;
  readonly source: LoweringOptions['source'];
  readonly names: ProgramNames;
}

function addLoss({ target, plan, kernels, loss, source, names }: Program): LossNames {
  const options = { precision: plan.precision, kernels, source };
  return { ...names, loss: lower([loss], target, options)[0] };
}

/** The step in one go, and the step in parts over gradients that are kept in variables meanwhile. */
function addSteps(program: Program): StepNames {
  const { target, plan, kernels, state, loss, source, names } = program;
  const parameters = trainedParameters(loss, plan);
  const nodes = [loss, ...gradients(loss, parameters)];
  const [value, ...slopes] = lower(nodes, target, { precision: plan.precision, kernels, source });
  const variables = parameters.map(({ attributes }) => state.variable(attributes.name));
  const keep = (op: 'AssignVariableOp' | 'AssignAddVariableOp'): Reference[] =>
    variables.map(({ sum }, index) => target.add(op, [sum.handle, slopes[index]], { dtype: float }));

  const norm = globalNorm(target, slopes);
  const moved = move(program, { variables, slopes, norm });
  const sums = variables.map(({ sum }) => sum.value);
  const sumsNorm = globalNorm(target, sums);
  return {
    ...names,
    whole: [after(target, moved, value), after(target, moved, norm)],
    begin: after(target, keep('AssignVariableOp'), value),
    add: after(target, keep('AssignAddVariableOp'), value),
    conclude: after(target, move(program, { variables, slopes: sums, norm: sumsNorm }), sumsNorm),
  };
}

/** @returns what must have run for all variables to have moved */
function move(
  { target, plan, scalars }: Program,
  {
    variables,
    slopes,
    norm,
  }: { variables: readonly Variable[]; slopes: readonly Reference[]; norm: Reference },
): Reference[] {
  const clipped = clip(target, slopes, { norm, maximum: plan.maximumNorm });
  return variables.map((variable, index) => {
    const options = { optimizer: plan.optimizer, gradient: clipped[index], scalars };
    const moved = update(target, variable, options);
    return average(target, variable, { share: scalars.newestShare, moved });
  });
}

/** A value that is had once other nodes have run. */
function after(target: GraphDef, nodes: readonly Reference[], value: Reference): Reference {
  return target.add('Identity', [value], { T: float }, { after: nodes });
}

interface State {
  readonly variable: (name: string) => Variable;
  readonly names: readonly VariableNames[];
  /** By name. */
  readonly frozen: ReadonlyMap<string, Settable>;
  readonly assign: Reference;
}

function createState(target: GraphDef, { layout, frozen, optimizer, averaging }: TrainingPlan): State {
  const { declare, assignAll } = createSettables(target);
  const names: VariableNames[] = [];
  const make = (vector: string, parameter: string, shape: readonly number[]) => {
    const { initial, ...variable } = declare(`${vector}/${parameter}`, shape);
    names.push({ vector, parameter, initial, value: variable.value });
    return variable;
  };
  const variables = new Map(
    layout.entries.map(({ name, shape, decays }): [string, Variable] => {
      const own = make('parameters', name, shape);
      const slots = Object.fromEntries(
        slotsOf(optimizer).flatMap((slot) => {
          const kept = slot.shapeOf(shape);
          return kept === undefined ? [] : [[slot.name, make(slot.name, name, kept)]];
        }),
      );
      const averaged = averaging === undefined ? undefined : make('averages', name, shape);
      // Takes no memory before it is assigned to.
      const sum = makeVariable(target, `gradients/${name}`, shape);
      return [name, { name, shape, decays, ...own, slots, average: averaged, sum }];
    }),
  );
  const constants = (frozen?.layout.entries ?? []).map(
    ({ name, shape }) => [name, declare(`frozen/${name}`, shape)] as const,
  );
  const variable = (name: string): Variable => {
    const found = variables.get(name);
    if (found === undefined) throw new Error(`the layout has no parameter ${name}`);
    return found;
  };
  return { variable, names, frozen: new Map(constants), assign: assignAll() };
}

/** A variable, and where its first value is fed. */
interface Settable extends VariableReferences {
  readonly initial: Reference;
}

function createSettables(target: GraphDef) {
  const assignments: Reference[] = [];
  return {
    declare: (name: string, shape: readonly number[]): Settable => {
      const { handle, value } = makeVariable(target, name, shape);
      const initial = placeholder(target, `initial/${name}`, shape);
      // What is fed may be the caller's own memory, and a variable keeps what it is assigned: it would be trained in
      // place, and given back to JavaScript from a thread that must not call it.
      const own = target.add('DeepCopy', [initial], { T: float });
      assignments.push(target.add('AssignVariableOp', [handle, own], { dtype: float }));
      return { handle, value, initial };
    },
    /** @returns what sets all that was declared */
    assignAll: (): Reference => {
      const one = target.constant(Int32Array.of(1), []);
      return target.add('Identity', [one], { T: typeAttribute('int32') }, { after: assignments });
    },
  };
}

function makeVariable(target: GraphDef, name: string, shape: readonly number[]): VariableReferences {
  const text = { s: new TextEncoder().encode(name) };
  const attributes = { dtype: float, shape: shapeAttribute(shape), shared_name: text };
  const handle = target.add('VarHandleOp', [], attributes, { name });
  return { handle, value: target.add('ReadVariableOp', [handle], { dtype: float }) };
}

function placeholder(
  target: GraphDef,
  name: string,
  shape: readonly number[],
  type: 'float32' | 'int32' = 'float32',
): Reference {
  return target.add(
    'Placeholder',
    [],
    { dtype: typeAttribute(type), shape: shapeAttribute(shape) },
    { name },
  );
}
