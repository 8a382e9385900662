// Trains on plain TensorFlow.js: the same plan as the native session, slower and in need of nothing; in tests it is what
// the native one is compared with.
import * as tf from '@tensorflow/tfjs';
import { gradients } from '../graph/gradients.ts';
import type { Interpreter } from '../graph/interpret.ts';
import { compileInterpreter } from '../graph/interpret.ts';
import type { Node } from '../graph/ir.ts';
import { reachableOf } from '../graph/ir.ts';
import type { ParameterLayout } from '../model/layout.ts';
import { newestShare } from './averaging.ts';
import { partsOf } from './micro-batches.ts';
import { updateNumbers } from './optimizer.ts';
import { averagePlain, updatePlain } from './plain-updates.ts';
import type { OpenSession, TrainingPlan } from './session.ts';
import { trainedParameters, weightsOf } from './session.ts';

/** Opens a plan on the backend that TensorFlow.js has. */
export const openPlainSession: OpenSession = (plan, initial) => {
  const { layout, optimizer, frozen } = plan;
  const vectors = Object.fromEntries(Object.entries(initial).map(([name, vector]) => [name, vector.slice()]));
  const steps = new Map<string, Interpreter<string>>();
  const validations = new Map<string, Interpreter<string>>();
  const tensorsOf = (vector: Float32Array): Record<string, tf.Tensor> => ({
    ...(frozen && tensorsIn(frozen.layout, frozen.parameters)),
    ...tensorsIn(layout, vector),
  });
  return Promise.resolve({
    step: (program, inputs, { step, learningRate }) => {
      const interpreter = obtain(steps, program, () =>
        compileInterpreter(lossAndGradients(plan.losses[program], plan)),
      );
      const gradient = new Float32Array(layout.size);
      let loss = 0;
      for (const part of partsOf(reachableOf([plan.losses[program]], 'input'), inputs)) {
        const results = tf.tidy(() =>
          interpreter.run({ inputs: part, parameters: tensorsOf(vectors.parameters) }),
        );
        loss += results.loss.dataSync()[0];
        addTo(gradient, layout, results);
        tf.dispose(results);
      }
      const numbers = updateNumbers(optimizer, step, learningRate);
      const gradientNorm = updatePlain(vectors, gradient, { ...plan, numbers });
      averagePlain(vectors, newestShare(plan.averaging, step));
      return { loss, gradientNorm };
    },
    validate: (program, inputs) => {
      const interpreter = obtain(validations, program, () =>
        compileInterpreter({ loss: plan.validations[program] }),
      );
      return tf.tidy(() => {
        const parameters = tensorsOf(weightsOf(vectors));
        return interpreter.run({ inputs, parameters }).loss.dataSync()[0];
      });
    },
    read: () => Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.slice()])),
    dispose: () => undefined,
  });
};

function obtain<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}

function tensorsIn({ entries }: ParameterLayout, vector: Float32Array): Record<string, tf.Tensor> {
  return Object.fromEntries(
    entries.map(({ name, shape, offset, size }) => [
      name,
      tf.tensor(vector.slice(offset, offset + size), [...shape]),
    ]),
  );
}

/** Gradients under the names of their parameters. */
function lossAndGradients(loss: Node, plan: TrainingPlan): Record<string, Node> {
  const parameters = trainedParameters(loss, plan);
  const slopes = gradients(loss, parameters);
  const named = slopes.map((slope, index): [string, Node] => [parameters[index].attributes.name, slope]);
  return { ...Object.fromEntries(named), loss };
}

function addTo(
  gradient: Float32Array,
  { entries }: ParameterLayout,
  slopes: Readonly<Record<string, tf.Tensor>>,
): void {
  for (const { name, offset } of entries) {
    if (!Object.hasOwn(slopes, name)) continue;
    for (const [index, slope] of slopes[name].dataSync().entries()) gradient[offset + index] += slope;
  }
}
