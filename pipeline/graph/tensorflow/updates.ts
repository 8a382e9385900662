// Optimizer steps inside the TensorFlow graph, after the gradients have been clipped by their global norm: one fused
// operation a parameter, or what adafactor.ts makes of it.
import type { AdamW, MomentumSgd, Optimizer } from '../../training/optimizer.ts';
import { adafactorChange } from './adafactor.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';
import type { UpdateOptions, Variable } from './step-parts.ts';

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
export function update(target: GraphDef, variable: Variable, options: UpdateOptions): Reference {
  const { optimizer, scalars } = options;
  const decays = variable.decays && optimizer.weightDecay > 0;
  const after = decays ? [decay(target, variable, scalars.decay)] : [];
  if (optimizer.kind === 'sgd') return moveByMomentum(target, variable, { ...options, optimizer, after });
  if (optimizer.kind === 'adamw') return moveByAdam(target, variable, { ...options, optimizer, after });
  const change = adafactorChange(target, variable, { ...options, optimizer });
  return target.add('AssignSubVariableOp', [variable.handle, change], { dtype: T }, { after });
}

type Move<K extends Optimizer> = UpdateOptions & { readonly optimizer: K; readonly after: Reference[] };

function moveByMomentum(
  target: GraphDef,
  { handle, slots }: Variable,
  { optimizer, gradient, scalars, after }: Move<MomentumSgd>,
): Reference {
  const momentum = target.constant(Float32Array.of(optimizer.momentum), []);
  const inputs = [handle, slots.velocities.handle, scalars.rate, gradient, momentum];
  return target.add('ResourceApplyMomentum', inputs, { T }, { after });
}

function moveByAdam(
  target: GraphDef,
  { handle, slots }: Variable,
  { optimizer, gradient, scalars, after }: Move<AdamW>,
): Reference {
  const [none, beta1, beta2] = [0, optimizer.beta1, optimizer.beta2].map((value) =>
    target.constant(Float32Array.of(value), []),
  );
  const variables = [handle, slots.firstMoments.handle, slots.secondMoments.handle];
  // The kernel divides by 1 − βᵗ, which it is fed as 0: the corrections are in the rate.
  const numbers = [none, none, scalars.rate, beta1, beta2, scalars.epsilon];
  return target.add('ResourceApplyAdam', [...variables, ...numbers, gradient], { T }, { after });
}

/** Moves the parameter's average towards it. @param moved what must have run before */
export function average(
  target: GraphDef,
  { handle, average: own }: Variable,
  { share, moved }: { readonly share: Reference; readonly moved: Reference },
): Reference {
  if (own === undefined) return moved;
  const parameter = target.add('ReadVariableOp', [handle], { dtype: T }, { after: [moved] });
  const excess = target.add('Sub', [own.value, parameter], { T });
  const lost = target.add('Mul', [excess, share], { T });
  return target.add('AssignSubVariableOp', [own.handle, lost], { dtype: T });
}

function decay(target: GraphDef, { handle, value }: Variable, share: Reference): Reference {
  const lost = target.add('Mul', [value, share], { T });
  return target.add('AssignSubVariableOp', [handle, lost], { dtype: T });
}
