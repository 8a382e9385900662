// The words of the graph: which operations there are, what each is told beside its inputs, and what a value is.

/** Counts along each axis; empty for a scalar. */
export type Shape = readonly number[];

export type ElementType = 'float32' | 'int32';

/** In what matrix products are computed that are not `exact`; everything else is float32. */
export type Precision = 'float32' | 'bfloat16';

/** What a value is, known when the graph is built. */
export interface Signature {
  readonly shape: Shape;
  readonly type: ElementType;
}

type Nothing = Readonly<Record<string, never>>;

/** Every operation, with what it is told beside its inputs. What each computes stands at its function in operations.ts. */
export interface Operations {
  input: Signature & { readonly name: string };
  parameter: Signature & { readonly name: string };
  constant: { readonly shape: Shape; readonly values: Float32Array | Int32Array };

  add: Nothing;
  subtract: Nothing;
  multiply: Nothing;
  divide: Nothing;
  maximum: Nothing;

  negate: Nothing;
  exponential: Nothing;
  logarithm: Nothing;
  squareRoot: Nothing;
  reciprocalSquareRoot: Nothing;
  square: Nothing;
  tanh: Nothing;
  erf: Nothing;
  sigmoid: Nothing;
  relu: Nothing;
  step: Nothing;

  matMul: {
    readonly transposeA: boolean;
    readonly transposeB: boolean;
    /** Computed in float32 whatever precision is chosen for the others: sums that a mean is made of. */
    readonly exact: boolean;
  };
  reduceSum: { readonly axes: readonly number[]; readonly keepDimensions: boolean };
  reduceMean: { readonly axes: readonly number[]; readonly keepDimensions: boolean };
  reduceMax: { readonly axes: readonly number[]; readonly keepDimensions: boolean };

  reshape: { readonly shape: Shape };
  broadcast: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly begin: readonly number[]; readonly size: Shape };
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concatenate: { readonly axis: number };

  gather: Nothing;
  segmentSum: { readonly segments: number };
  dropoutMask: { readonly rate: number; readonly stream: number; readonly shape: Shape };

  softmax: Nothing;
  logSoftmax: Nothing;
  crossEntropy: Nothing;
  crossEntropyGradient: Nothing;

  gelu: { readonly approximation: 'none' | 'tanh' };
  layerNormalization: { readonly epsilon: number };
  attention: Nothing;

  geluGradient: { readonly approximation: 'none' | 'tanh' };
  layerNormalizationGradient: { readonly epsilon: number; readonly of: 'x' | 'gain' | 'bias' };
  attentionGradient: { readonly of: 'query' | 'key' | 'value' };
}

export type OperationName = keyof Operations;
