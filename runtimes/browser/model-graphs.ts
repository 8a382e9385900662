// A model's graphs on what a page computes with.
import type { OpenGraph } from '../../pipeline/generation/cached-steps.ts';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';

export interface ModelGraphs {
  readonly open: OpenGraph;
  /** Whether opening a graph takes so long that it is kept for the next question. */
  readonly keepsGraphs: boolean;
  readonly dispose: () => void;
}

export interface HeldParameters {
  readonly layout: ParameterLayout;
  /** [layout.size] */
  readonly parameters: Float32Array;
  /** They were read from whole numbers, and may be multiplied as such. */
  readonly quantized?: boolean;
}

export type HoldParameters = (model: HeldParameters) => ModelGraphs;
