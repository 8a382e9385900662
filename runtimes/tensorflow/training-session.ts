// Trains on native TensorFlow: the plan's graph is written as a SavedModel, loaded by tfjs-node's addon, and stepped
// by one call a step. Weights and what the optimizer keeps stay inside until they are read. Every call blocks the event
// loop, so this belongs in a process of its own.
import { sizeOf } from '../../pipeline/graph/shapes.ts';
import type { ProgramNames, TrainingGraph } from '../../pipeline/graph/tensorflow/training-graph.ts';
import { buildTrainingGraph } from '../../pipeline/graph/tensorflow/training-graph.ts';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';
import { partsOf } from '../../pipeline/training/micro-batches.ts';
import { updateNumbers } from '../../pipeline/training/optimizer.ts';
import type { Feeds, TrainingPlan, TrainingSession, Vectors } from '../../pipeline/training/session.ts';
import type { Feed, SavedModel } from './saved-model.ts';
import { loadSavedModel } from './saved-model.ts';

/**
 * Loads a plan and sets its variables.
 * @param vectors `parameters`, and what the optimizer keeps, in the order of the layout
 */
export async function openNativeSession(plan: TrainingPlan, vectors: Vectors): Promise<TrainingSession> {
  const graph = buildTrainingGraph(plan);
  const { run, dispose } = await loadSavedModel(graph.savedModel);
  const spans = spansOf(plan.layout);

  const feeds = graph.variables.map(({ vector, parameter, initial }): Feed => {
    const { start, end, shape } = spans(parameter);
    return { name: initial, shape, values: vectors[vector].subarray(start, end) };
  });
  run(feeds, [graph.assign]);

  return {
    step: (program, fed, { step, learningRate }) => {
      const numbers = updateNumbers(plan.optimizer, step, learningRate);
      const scalars = (['rate', 'epsilon', 'decay'] as const).map(
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
    read: () => readVectors(graph, plan.layout, run),
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

function spansOf({ entries }: ParameterLayout) {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return (name: string): { start: number; end: number; shape: readonly number[] } => {
    const entry = byName.get(name);
    if (entry === undefined) throw new RangeError(`the layout has no parameter ${name}`);
    return { start: entry.offset, end: entry.offset + entry.size, shape: entry.shape };
  };
}

function readVectors(graph: TrainingGraph, layout: ParameterLayout, run: SavedModel['run']): Vectors {
  const spans = spansOf(layout);
  const vectors: Record<string, Float32Array> = {};
  const values = run(
    [],
    graph.variables.map(({ value }) => value),
  );
  for (const [index, { vector, parameter }] of graph.variables.entries()) {
    vectors[vector] ??= new Float32Array(layout.size);
    vectors[vector].set(values[index], spans(parameter).start);
  }
  return vectors;
}
