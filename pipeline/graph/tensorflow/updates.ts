// Optimizer steps inside the TensorFlow graph: one fused operation a parameter, after the gradients have been clipped
// by their global norm.
import type { Optimizer } from '../../training/optimizer.ts';
import type { Shape } from '../operation-kinds.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';

/** A parameter and what its optimizer keeps. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly decays: boolean;
  readonly handle: Reference;
  /** Its value before the step. */
  readonly value: Reference;
  readonly slots: Readonly<Record<string, Reference>>;
  /** The gradients of a batch's parts, added up; nothing before the first. */
  readonly sum: { readonly handle: Reference; readonly value: Reference };
}

/** Scalars that are fed at each step. */
export interface UpdateScalars {
  readonly rate: Reference;
  readonly epsilon: Reference;
  readonly decay: Reference;
}

const T = typeAttribute('float32');

/** @returns √Σg² over all gradients. */
export function globalNorm(target: GraphDef, gradients: readonly Reference[]): Reference {
  const halves = gradients.map((gradient) => target.add('L2Loss', [gradient], { T })); // Σg²/2 each
  const sum = target.add('AddN', halves, { N: { i: halves.length }, T });
  const doubled = target.add('Mul', [sum, target.constant(Float32Array.of(2), [])], { T });
  return target.add('Sqrt', [doubled], { T });
}

/** Scales gradients down to a norm where they are longer (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1). */
export function clip(
  target: GraphDef,
  gradients: readonly Reference[],
  { norm, maximum }: { norm: Reference; maximum: number },
): Reference[] {
  const scale = target.add('RealDiv', [target.constant(Float32Array.of(maximum), []), norm], { T });
  const factor = target.add('Minimum', [scale, target.constant(Float32Array.of(1), [])], { T });
  return gradients.map((gradient) => target.add('Mul', [gradient, factor], { T }));
}

/** @returns what must have run for the variable to have moved. */
export function update(
  target: GraphDef,
  variable: Variable,
  { optimizer, gradient, scalars }: { optimizer: Optimizer; gradient: Reference; scalars: UpdateScalars },
): Reference {
  const decayed =
    variable.decays && optimizer.weightDecay > 0 ? [decay(target, variable, scalars.decay)] : [];
  const { handle, slots } = variable;
  if (optimizer.kind === 'sgd') {
    const momentum = target.constant(Float32Array.of(optimizer.momentum), []);
    const inputs = [handle, slots.velocities, scalars.rate, gradient, momentum];
    return target.add('ResourceApplyMomentum', inputs, { T }, { after: decayed });
  }
  const { firstMoments, secondMoments } = slots;
  const [none, beta1, beta2] = [0, optimizer.beta1, optimizer.beta2].map((value) =>
    target.constant(Float32Array.of(value), []),
  );
  // The kernel divides by 1 − βᵗ, which it is fed as 0: the corrections are in the rate.
  const inputs = [
    handle,
    firstMoments,
    secondMoments,
    none,
    none,
    scalars.rate,
    beta1,
    beta2,
    scalars.epsilon,
  ];
  return target.add('ResourceApplyAdam', [...inputs, gradient], { T }, { after: decayed });
}

function decay(target: GraphDef, { handle, value }: Variable, share: Reference): Reference {
  const lost = target.add('Mul', [value, share], { T });
  return target.add('AssignSubVariableOp', [handle, lost], { dtype: T });
}
