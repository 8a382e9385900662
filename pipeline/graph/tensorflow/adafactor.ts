// Adafactor inside the TensorFlow graph (Shazeer & Stern 2018, arXiv:1804.04235, algorithms 4 and 5): there is no kernel
// for it, so that it is made of operations. N rows, M columns of a matrix.
import type { Adafactor } from '../../training/optimizer.ts';
import { isFactored } from '../../training/optimizer.ts';
import { sizeOf } from '../shapes.ts';
import type { GraphDef, Reference } from './graph-def.ts';
import { typeAttribute } from './graph-def.ts';
import type { UpdateOptions, Variable, VariableReferences } from './step-parts.ts';

const T = typeAttribute('float32');
const index = typeAttribute('int32');

/** @returns what is to be subtracted from the parameter; its moments have moved once it is known. */
export function adafactorChange(
  target: GraphDef,
  { shape, slots }: Variable,
  { optimizer, gradient, scalars }: UpdateOptions & { readonly optimizer: Adafactor },
): Reference {
  const { add, number } = arithmetic(target);
  const square = add('AddV2', add('Square', gradient), number(optimizer.epsilon));
  const renewed = (slot: VariableReferences, mean: Reference): Reference => {
    const moved = add('AddV2', slot.value, add('Mul', scalars.renewal, add('Sub', mean, slot.value)));
    const kept = target.add('AssignVariableOp', [slot.handle, moved], { dtype: T });
    return target.add('Identity', [moved], { T }, { after: [kept] });
  };
  const scale = isFactored(shape)
    ? factoredScale(target, {
        rows: renewed(slots.rowMoments, mean(target, square, 1)), // [N]
        columns: renewed(slots.columnMoments, mean(target, square, 0)), // [M]
      })
    : add('Rsqrt', renewed(slots.secondMoments, square));
  const update = add('Mul', gradient, scale);
  const meanSquare = add('Mul', add('L2Loss', update), number(2 / sizeOf(shape)));
  const excess = add('Mul', add('Sqrt', meanSquare), number(1 / optimizer.clippingThreshold));
  const share = add('RealDiv', scalars.rate, add('Maximum', excess, number(1)));
  return add('Mul', update, share);
}

/** 1/√v where v is the product of its row's and its column's mean, over the mean of all. [N, M] */
function factoredScale(
  target: GraphDef,
  { rows, columns }: { readonly rows: Reference; readonly columns: Reference },
): Reference {
  const { add } = arithmetic(target);
  const byRow = add('Rsqrt', add('RealDiv', rows, mean(target, rows, 0))); // [N]
  const upright = target.add('ExpandDims', [byRow, integer(target, 1)], { T, Tdim: index }); // [N, 1]
  return add('Mul', upright, add('Rsqrt', columns));
}

function mean(target: GraphDef, values: Reference, axis: number): Reference {
  return target.add('Mean', [values, integer(target, axis)], { T, Tidx: index, keep_dims: { b: false } });
}

const integer = (target: GraphDef, value: number): Reference => target.constant(Int32Array.of(value), []);

function arithmetic(target: GraphDef) {
  return {
    add: (op: string, ...inputs: Reference[]): Reference => target.add(op, inputs, { T }),
    number: (value: number): Reference => target.constant(Float32Array.of(value), []),
  };
}
