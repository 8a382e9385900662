// The matrix products of a training step and nothing else: what the machine gives to a step that is free of all the
// rest. Answers `{ steps }` lines with what they took.
import { createInterface } from 'node:readline';
import { expand } from '../../pipeline/graph/expand.ts';
import { gradients } from '../../pipeline/graph/gradients.ts';
import type { Node } from '../../pipeline/graph/ir.ts';
import { reachable, reachableOf } from '../../pipeline/graph/ir.ts';
import type { Precision, Shape } from '../../pipeline/graph/operation-kinds.ts';
import { sizeOf } from '../../pipeline/graph/shapes.ts';
import type { GraphDef, Reference } from '../../pipeline/graph/tensorflow/graph-def.ts';
import { createGraphDef, shapeAttribute, typeAttribute } from '../../pipeline/graph/tensorflow/graph-def.ts';
import type { Feed } from '../../runtimes/tensorflow/saved-model.ts';
import { loadSavedModel } from '../../runtimes/tensorflow/saved-model.ts';
import { decoderLoss } from './decoder.ts';
import type { ModelName } from './shapes.ts';

const { model, precision } = JSON.parse(process.argv[2]) as { model: ModelName; precision: Precision };

/** The products of forward and backward pass, without those that stand for a mean. */
function productsOf({ loss }: { loss: Node }): Node<'matMul'>[] {
  const slopes = gradients(loss, reachableOf([loss], 'parameter'));
  return reachable(expand([loss, ...slopes]))
    .filter((node) => node.operation === 'matMul')
    .map((node) => node as Node<'matMul'>)
    .filter(({ attributes }) => !attributes.exact);
}

/** Each product reads variables of its own accord, so that equal ones are not computed once. */
function writeProducts(
  target: GraphDef,
  products: readonly Node<'matMul'>[],
): { done: Reference; feeds: Feed[]; start: Reference } {
  const type = typeAttribute(precision);
  const handles = new Map<string, Reference>();
  const feeds: Feed[] = [];
  const assignments: Reference[] = [];
  const read = (shape: Shape): Reference => {
    const key = shape.join('x');
    if (!handles.has(key)) {
      const name = { s: new TextEncoder().encode(key) };
      const handle = target.add('VarHandleOp', [], {
        dtype: type,
        shape: shapeAttribute(shape),
        shared_name: name,
      });
      const initial = target.add(
        'Placeholder',
        [],
        { dtype: typeAttribute('float32'), shape: shapeAttribute(shape) },
        { name: `initial-${key}` },
      );
      const value =
        precision === 'float32'
          ? initial
          : target.add('Cast', [initial], { SrcT: typeAttribute('float32'), DstT: type });
      assignments.push(target.add('AssignVariableOp', [handle, value], { dtype: type }));
      feeds.push({ name: initial, shape, values: new Float32Array(sizeOf(shape)).fill(0.5) });
      handles.set(key, handle);
    }
    return target.add('ReadVariableOp', [handles.get(key) ?? ''], { dtype: type });
  };
  // Of each product one number is used, since TensorFlow leaves out what nobody reads.
  const corners = products.map(({ shape, attributes, inputs }) => {
    const operands = inputs.map((operand) => read(operand.shape));
    const a = { b: attributes.transposeA };
    const b = { b: attributes.transposeB };
    const product =
      shape.length === 2
        ? target.add('MatMul', operands, { T: type, transpose_a: a, transpose_b: b })
        : target.add('BatchMatMulV2', operands, { T: type, adj_x: a, adj_y: b });
    const [begin, size] = [0, 1].map((value) =>
      target.constant(new Int32Array(shape.length).fill(value), [shape.length]),
    );
    const corner = target.add('Slice', [product, begin, size], { T: type, Index: typeAttribute('int32') });
    return target.add('Reshape', [corner, target.constant(new Int32Array(0), [0])], {
      T: type,
      Tshape: typeAttribute('int32'),
    });
  });
  const sum = target.add('AddN', corners, { N: { i: corners.length }, T: type });
  const done = target.add('Cast', [sum], { SrcT: type, DstT: typeAttribute('float32') });
  const one = target.constant(Int32Array.of(1), []);
  const start = target.add('Identity', [one], { T: typeAttribute('int32') }, { after: assignments });
  return { feeds, done, start };
}

const products = productsOf(decoderLoss(model));
const operations = products.reduce((sum, { shape, inputs: [a], attributes }) => {
  const inner = a.shape.at(attributes.transposeA ? -2 : -1) ?? 1;
  return sum + 2 * sizeOf(shape) * inner;
}, 0);
const target = createGraphDef();
const { feeds, start, done } = writeProducts(target, products);
const { run } = await loadSavedModel(target.encode());
run(feeds, [start]);

for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { steps: number };
  const began = performance.now();
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step += 1) run([], [done]);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1_000;
  const answer = {
    seconds,
    processorSeconds: (user + system) / 1e6,
    loss: 0,
    peakMegabytes: process.resourceUsage().maxRSS / 1_000,
    gigaflops: (steps * operations) / seconds / 1e9,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
