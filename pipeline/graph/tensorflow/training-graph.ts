// A training plan as one TensorFlow graph: variables, every program with its gradients and updates, validations, and
// the operations that set and read the state. It is written as a SavedModel, which the addon of tfjs-node loads and
// steps unchanged.

import { slotsOf } from '../../training/optimizer.ts';
import type { TrainingPlan } from '../../training/session.ts';
import { gradients } from '../gradients.ts';
import type { Node } from '../ir.ts';
import { reachableOf } from '../ir.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { createGraphDef, shapeAttribute, typeAttribute } from './graph-def.ts';
import { lower } from './lower.ts';
import type { UpdateScalars, Variable } from './updates.ts';
import { clip, globalNorm, update } from './updates.ts';

/** Names by which a loaded graph is run. */
export interface TrainingGraph {
  readonly savedModel: Uint8Array;
  readonly programs: Readonly<Record<string, ProgramNames>>;
  readonly validations: Readonly<Record<string, ProgramNames>>;
  /** What is fed to each step beside the program's inputs. */
  readonly scalars: UpdateScalars;
  /** Sets all variables from what is fed to them. */
  readonly assign: Reference;
  readonly variables: readonly VariableNames[];
}

export interface ProgramNames {
  readonly inputs: readonly Node<'input'>[];
  /** Where each input is fed, by its name. */
  readonly feeds: Readonly<Record<string, Reference>>;
  /** Loss, then the gradient's norm where the program takes a step. */
  readonly fetches: readonly Reference[];
}

export interface VariableNames {
  /** Which vector of the state it is part of. */
  readonly vector: string;
  readonly parameter: string;
  readonly initial: Reference;
  readonly value: Reference;
}

const float = typeAttribute('float32');

export function buildTrainingGraph(plan: TrainingPlan): TrainingGraph {
  const target = createGraphDef();
  const state = createState(target, plan);
  const scalars = {
    rate: placeholder(target, 'rate', []),
    epsilon: placeholder(target, 'epsilon', []),
    decay: placeholder(target, 'decay', []),
  };
  const program =
    (kind: string, take: typeof trainingFetches) =>
    ([name, loss]: [string, Node]): [string, ProgramNames] => {
      const feeds: Record<string, Reference> = {};
      const inputs = reachableOf([loss], 'input');
      for (const { attributes } of inputs) {
        const place = `${kind}/${name}/${attributes.name}`;
        feeds[attributes.name] = placeholder(target, place, attributes.shape, attributes.type);
      }
      const source = (node: Node<'input'> | Node<'parameter'>): Reference => {
        const { name: wanted } = node.attributes;
        return node.operation === 'input' ? feeds[wanted] : state.variable(wanted).value;
      };
      const fetches = take(target, loss, {
        plan,
        scalars,
        state,
        lowering: { precision: plan.precision, source },
      });
      return [name, { inputs, feeds, fetches }];
    };
  return {
    programs: Object.fromEntries(Object.entries(plan.losses).map(program('train', trainingFetches))),
    validations: Object.fromEntries(
      Object.entries(plan.validations).map(program('validate', validationFetches)),
    ),
    scalars,
    assign: state.assign,
    variables: state.names,
    savedModel: target.encode(),
  };
}

interface Surroundings {
  readonly plan: TrainingPlan;
  readonly scalars: UpdateScalars;
  readonly state: State;
  readonly lowering: Parameters<typeof lower>[2];
}

/** Loss and norm, fetched once all variables have moved. */
function trainingFetches(
  target: GraphDef,
  loss: Node,
  { plan, scalars, state, lowering }: Surroundings,
): Reference[] {
  const parameters = reachableOf([loss], 'parameter');
  const [lossValue, ...slopes] = lower([loss, ...gradients(loss, parameters)], target, lowering);
  const norm = globalNorm(target, slopes);
  const clipped = clip(target, slopes, { norm, maximum: plan.maximumNorm });
  const moved = parameters.map(({ attributes }, index) =>
    update(target, state.variable(attributes.name), {
      optimizer: plan.optimizer,
      gradient: clipped[index],
      scalars,
    }),
  );
  return [lossValue, norm].map((value) => target.add('Identity', [value], { T: float }, { after: moved }));
}

function validationFetches(target: GraphDef, loss: Node, { lowering }: Surroundings): Reference[] {
  return lower([loss], target, lowering);
}

interface State {
  readonly variable: (name: string) => Variable;
  readonly names: readonly VariableNames[];
  readonly assign: Reference;
}

function createState(target: GraphDef, { layout, optimizer }: TrainingPlan): State {
  const names: VariableNames[] = [];
  const assignments: Reference[] = [];
  const make = (vector: string, parameter: string, shape: readonly number[]) => {
    const name = `${vector}/${parameter}`;
    const text = { s: new TextEncoder().encode(name) };
    const attributes = { dtype: float, shape: shapeAttribute(shape), shared_name: text };
    const handle = target.add('VarHandleOp', [], attributes, { name });
    const value = target.add('ReadVariableOp', [handle], { dtype: float });
    const initial = placeholder(target, `initial/${name}`, shape);
    assignments.push(target.add('AssignVariableOp', [handle, initial], { dtype: float }));
    names.push({ vector, parameter, initial, value });
    return { handle, value };
  };
  const variables = new Map(
    layout.entries.map(({ name, shape, decays }): [string, Variable] => {
      const own = make('parameters', name, shape);
      const slots = Object.fromEntries(
        slotsOf(optimizer).map((slot) => [slot, make(slot, name, shape).handle]),
      );
      return [name, { name, shape, decays, ...own, slots }];
    }),
  );
  const variable = (name: string): Variable => {
    const found = variables.get(name);
    if (found === undefined) throw new Error(`the layout has no parameter ${name}`);
    return found;
  };
  const done = target.add(
    'Identity',
    [target.constant(Int32Array.of(1), [])],
    { T: typeAttribute('int32') },
    { after: assignments },
  );
  return { variable, names, assign: done };
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
