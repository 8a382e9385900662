// Trains on native TensorFlow: the plan's graph is written as a SavedModel, loaded by tfjs-node's addon, and stepped
// by one call a step. Weights and what the optimizer keeps stay inside until they are read. Every call blocks the event
// loop, so this belongs in a process of its own.
import { sizeOf } from '../../pipeline/graph/shapes.ts';
import type {
  ProgramNames,
  TrainingGraph,
  VariableNames,
} from '../../pipeline/graph/tensorflow/training-graph.ts';
import { buildTrainingGraph } from '../../pipeline/graph/tensorflow/training-graph.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { newestShare } from '../../pipeline/training/averaging.ts';
import { partsOf } from '../../pipeline/training/micro-batches.ts';
import { updateNumbers } from '../../pipeline/training/optimizer.ts';
import type {
  Feeds,
  Span,
  TrainingPlan,
  TrainingSession,
  VectorLayout,
  Vectors,
} from '../../pipeline/training/session.ts';
import { vectorLayouts } from '../../pipeline/training/session.ts';
import { loadKernels } from './kernels.ts';
import type { Feed, SavedModel } from './saved-model.ts';
import { loadSavedModel } from './saved-model.ts';

const scalarNames = ['rate', 'epsilon', 'decay', 'renewal', 'newestShare'] as const;

/**
 * Loads a plan and sets its variables.
 * @param vectors `parameters`, and what the optimizer keeps
 */
export async function openNativeSession(plan: TrainingPlan, vectors: Vectors): Promise<TrainingSession> {
  const graph = buildTrainingGraph(plan, { kernels: loadKernels() });
  const { run, dispose } = await loadSavedModel(graph.savedModel);
  const layouts = vectorLayouts(plan);
  setVariables({ graph, layouts, run }, { vectors, frozen: plan.frozen });
  return {
    step: (program, fed, { step, learningRate }) => {
      const numbers = {
        ...updateNumbers(plan.optimizer, step, learningRate),
        newestShare: newestShare(plan.averaging, step),
      };
      const scalars = scalarNames.map(
        (name): Feed => ({ name: graph.scalars[name], shape: [], values: Float32Array.of(numbers[name]) }),
      );
      const names = graph.programs[program];
      const parts = partsOf(names.inputs, fed).map((part) => feedsOf(names, part));
      if (parts.length === 1) {
        const [[loss], [gradientNorm]] = run([...parts[0], ...scalars], names.whole);
        return { loss, gradientNorm };
      }
      const losses = parts.map((part, index) => run(part, [index === 0 ? names.begin : names.add])[0][0]);
      const [[gradientNorm]] = run(scalars, [names.conclude]);
      return { loss: losses.reduce((sum, loss) => sum + loss, 0), gradientNorm };
    },
    validate: (program, fed) => {
      const names = graph.validations[program];
      return run(feedsOf(names, fed), [names.loss])[0][0];
    },
    read: () => readVectors({ graph, layouts, run }),
    dispose,
  };
}

/** @throws RangeError where an input is missing, or has another size than its graph */
function feedsOf({ inputs, feeds }: ProgramNames, fed: Feeds): Feed[] {
  const given = new Map(Object.entries(fed));
  return inputs.map(({ attributes: { name, shape } }) => {
    const values = given.get(name);
    const size = sizeOf(shape);
    if (values?.length !== size) {
      throw new RangeError(`input ${name}: expected ${size} numbers, got ${String(values?.length)}`);
    }
    return { name: feeds[name], shape, values };
  });
}

/** Where the numbers of a variable stand in its vector. */
function spanOf(layouts: Readonly<Record<string, VectorLayout>>, { vector, parameter }: VariableNames): Span {
  const span = layouts[vector].spans.get(parameter);
  if (span === undefined) throw new RangeError(`${vector}: there is nothing of ${parameter}`);
  return span;
}

interface Opened {
  readonly graph: TrainingGraph;
  readonly layouts: Readonly<Record<string, VectorLayout>>;
  readonly run: SavedModel['run'];
}

/** Apart from the session, whose functions would keep the vectors for as long as it is open. */
function setVariables(
  { graph, layouts, run }: Opened,
  { vectors, frozen }: { readonly vectors: Vectors } & Pick<TrainingPlan, 'frozen'>,
): void {
  const feeds = graph.variables.map((variable): Feed => {
    const { start, end, shape } = spanOf(layouts, variable);
    return { name: variable.initial, shape, values: vectors[variable.vector].subarray(start, end) };
  });
  const constants = frozen ? namedTensors(frozen.layout, frozen.parameters) : [];
  const fixed = constants.map(({ shape, values }, index): Feed => {
    return { name: graph.frozen[index], shape, values };
  });
  run([...feeds, ...fixed], [graph.assign]);
}

function readVectors({ graph: { variables }, layouts, run }: Opened): Vectors {
  const empty = Object.entries(layouts).map(([name, { size }]) => [name, new Float32Array(size)] as const);
  const vectors: Vectors = Object.fromEntries(empty);
  const values = run(
    [],
    variables.map(({ value }) => value),
  );
  for (const [index, variable] of variables.entries()) {
    vectors[variable.vector].set(values[index], spanOf(layouts, variable).start);
  }
  return vectors;
}
