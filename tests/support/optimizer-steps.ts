// Steps of reference optimizers on a matrix that decays and a bias that does not: tests/golden/make-adamw.py,
// make-adafactor.py.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';
import type { Optimizer } from '../../pipeline/training/optimizer.ts';
import { adafactor, adamW } from '../../pipeline/training/optimizer.ts';

const numbers = z.array(z.number());
const goldenSchema = z.object({
  weightDecay: z.number(),
  averaging: z.object({ decay: z.number() }).optional(),
  start: numbers,
  steps: z.array(
    // Beside what all have, the parameters and what the optimizer keeps, after the step.
    z.object({ learningRate: z.number(), gradient: numbers, norm: z.number() }).catchall(numbers),
  ),
});

export interface OptimizerSteps extends z.infer<typeof goldenSchema> {
  readonly optimizer: Optimizer;
  readonly layout: ParameterLayout;
}

function read(
  name: string,
  create: (weightDecay: number) => Optimizer,
  layout: ParameterLayout,
): OptimizerSteps {
  const file = new URL(`../golden/${name}.json`, import.meta.url);
  const golden = goldenSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { ...golden, optimizer: create(golden.weightDecay), layout };
}

function layoutOf(shape: readonly [number, number], bias: number): ParameterLayout {
  const size = shape[0] * shape[1];
  return {
    size: size + bias,
    entries: [
      { name: 'matrix', shape, offset: 0, size, decays: true, initial: 0 },
      { name: 'bias', shape: [bias], offset: size, size: bias, decays: false, initial: 0 },
    ],
  };
}

export const optimizerSteps: readonly (readonly [string, OptimizerSteps])[] = [
  ["PyTorch's AdamW and average", read('adamw', adamW, layoutOf([5, 1], 3))],
  ["transformers' Adafactor", read('adafactor', adafactor, layoutOf([3, 4], 5))],
];
