import { describe, expect, it } from 'vitest';
import type { Node } from '../../../../../pipeline/graph/ir.ts';
import { createGraph, GraphError } from '../../../../../pipeline/graph/ir.ts';
import type { OnnxParameters } from '../../../../../pipeline/graph/onnx/write-onnx.ts';
import { writeOnnx } from '../../../../../pipeline/graph/onnx/write-onnx.ts';
import {
  add,
  dropoutMask,
  input,
  multiply,
  parameter,
  square,
} from '../../../../../pipeline/graph/operations.ts';
import { openOnnxSession } from '../../../../../runtimes/onnx/session.ts';
import { expectClose } from '../../../../support/expect-close.ts';
import type { BuiltCase } from '../../../../support/graph-case.ts';
import { givenNumbers } from '../../../../support/graph-case.ts';
import { allGraphCases } from '../../../../support/graph-cases.ts';
import { evaluate } from '../../../../support/graph-reference.ts';

const TOLERANCE = 2e-6; // float32

const reads = (outputs: Readonly<Record<string, Node>>, operation: string): boolean =>
  Object.values(outputs).some(({ graph }) => graph.nodes.some((node) => node.operation === operation));

const written = allGraphCases.filter(([, { build }]) => !reads(build(createGraph()).outputs, 'dropoutMask'));
const refused = allGraphCases.filter(([, { build }]) => reads(build(createGraph()).outputs, 'dropoutMask'));

const valuesOf = ({ parameters }: BuiltCase): Map<string, Float32Array> =>
  new Map(Object.entries(parameters).map(([name, { values }]) => [name, values]));

async function expectReference(
  built: BuiltCase,
  file: Uint8Array,
  shared: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const session = await openOnnxSession(file, { shared });
  const results = await session.run(built.inputs);
  const expected = evaluate(Object.values(built.outputs), givenNumbers(built));
  for (const [index, [name, { type }]] of Object.entries(built.outputs).entries()) {
    expect(results[name]).toBeInstanceOf(type === 'int32' ? Int32Array : Float32Array);
    expectClose(results[name], expected[index], TOLERANCE, name);
  }
  await session.close();
}

describe('an ONNX file', () => {
  it.each(written)('computes %s', async (_, { build }) => {
    const built = build(createGraph());
    await expectReference(built, writeOnnx(built.outputs, { values: valuesOf(built) }), new Map());
  });

  it.each(written)('computes, from parameters that are fed, %s', async (_, { build }) => {
    const built = build(createGraph(), 'parameter');
    await expectReference(built, writeOnnx(built.outputs, 'fed'), valuesOf(built));
  });

  it.each(refused)('refuses what belongs to training: %s', (_, { build }) => {
    const built = build(createGraph());
    expect(() => writeOnnx(built.outputs, { values: valuesOf(built) })).toThrow(
      'dropoutMask: belongs to training: a graph to be served has no dropout',
    );
  });

  it('is the same, byte by byte, for the same graph and parameters', () => {
    const write = (): Uint8Array => {
      const graph = createGraph();
      const w = parameter(graph, 'w', [2]);
      return writeOnnx({ y: add(square(w), w) }, { values: new Map([['w', Float32Array.of(1, 2)]]) });
    };
    expect(write()).toEqual(write());
  });

  it('holds each parameter once, and none that is fed', () => {
    const graph = createGraph();
    const w = parameter(graph, 'w', [1_000]);
    const outputs = { y: multiply(add(w, input(graph, 'x', [1_000])), w) };
    const stored = writeOnnx(outputs, { values: new Map([['w', new Float32Array(1_000)]]) });
    expect(stored.length).toBeGreaterThan(4_000);
    expect(stored.length).toBeLessThan(4_500);
    expect(writeOnnx(outputs, 'fed').length).toBeLessThan(500);
  });
});

describe('a file that cannot be', () => {
  const given = (values: Record<string, Float32Array>): OnnxParameters => ({
    values: new Map(Object.entries(values)),
  });

  it('names a parameter that is missing or of another size, and where it stands', () => {
    const graph = createGraph();
    const w = graph.scoped('layer 0', () => parameter(graph, 'w', [2, 3]));
    expect(() => writeOnnx({ y: square(w) }, given({}))).toThrow(
      new GraphError('parameter', 'layer 0', 'w [2, 3] needs 6 values, got no values'),
    );
    expect(() => writeOnnx({ y: square(w) }, given({ w: new Float32Array(5) }))).toThrow(
      new GraphError('parameter', 'layer 0', 'w [2, 3] needs 6 values, got 5 values'),
    );
  });

  it('names what shares its name with another', () => {
    const graph = createGraph();
    const message = 'x names something else too';
    const x = input(graph, 'x', [2]);
    expect(() => writeOnnx({ y: add(x, parameter(graph, 'x', [2])) }, 'fed')).toThrow(message);
    expect(() => writeOnnx({ y: add(x, input(graph, 'x', [1])) }, 'fed')).toThrow(message);
    expect(() => writeOnnx({ x: square(x) }, 'fed')).toThrow(message);
  });

  it('names the dropout that was left in it', () => {
    const graph = createGraph();
    const seed = input(graph, 'seed', [2], 'int32');
    const y = graph.scoped('layer 3', () => dropoutMask(seed, { rate: 0.1, stream: 0, shape: [4] }));
    expect(() => writeOnnx({ y }, 'fed')).toThrow('layer 3: dropoutMask: belongs to training');
  });
});
