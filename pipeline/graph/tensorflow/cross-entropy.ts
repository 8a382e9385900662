// Cross-entropy of rows and its gradient by a softmax that both share. TensorFlow's own operation takes five times as long.
import type { Context, Emit } from './emit.ts';
import { float, index, once, vector } from './emit.ts';
import type { Reference } from './graph-def.ts';

/** log Σ exp x of a row is its maximum less the logarithm of the greatest probability, which is never near 0. */
export const crossEntropy: Emit<'crossEntropy'> = (node, [logits, labels], context) => {
  const { target } = context;
  const { greatest } = softmaxOf(logits, context);
  const maximum = target.add('Max', [logits, vector(context, [1])], rowReduction);
  const places = placesOf(labels, node.shape[0], context);
  const chosen = target.add('GatherNd', [logits, places], { Tparams: float.T, Tindices: index });
  const behind = target.add('Sub', [maximum, chosen], float); // first, since both can be large
  return target.add('Sub', [behind, target.add('Log', [greatest], float)], float);
};

/** 1 is taken from the probabilities where they are, once nobody else has to read them. */
export const crossEntropyGradient: Emit<'crossEntropyGradient'> = (node, [logits, labels], context) => {
  const [rows] = node.shape;
  const { probabilities, greatest } = softmaxOf(logits, context);
  const places = placesOf(labels, rows, context);
  const ones = context.target.constant(new Float32Array(rows).fill(1), [rows]);
  const attributes = { T: float.T, Tindices: index };
  return context.target.add('TensorScatterSub', [probabilities, places, ones], attributes, {
    after: [greatest],
  });
};

const rowReduction = { ...float, Tidx: index, keep_dims: { b: false } };

function softmaxOf(
  logits: Reference,
  context: Context,
): { readonly probabilities: Reference; readonly greatest: Reference } {
  const { target } = context;
  const probabilities = once(context, `softmax ${logits}`, () => target.add('Softmax', [logits], float));
  const greatest = once(context, `greatest ${logits}`, () =>
    target.add('Max', [probabilities, vector(context, [1])], rowReduction),
  );
  return { probabilities, greatest };
}

/** (row, label) of each row. [N, 2] */
function placesOf(labels: Reference, rows: number, context: Context): Reference {
  const numbers = Int32Array.from({ length: rows }, (_, row) => row);
  return once(context, `places ${labels}`, () =>
    context.target.add('Pack', [context.target.constant(numbers, [rows]), labels], {
      T: index,
      N: { i: 2 },
      axis: { i: 1 },
    }),
  );
}
