import { beforeAll, describe, expect, it } from 'vitest';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import type { OnnxParameters } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import { add, gather, input, matMul, parameter, square } from '../../../../pipeline/graph/operations.ts';
import type { SessionOptions } from '../../../../runtimes/onnx/session.ts';
import { openOnnxSession } from '../../../../runtimes/onnx/session.ts';

const noParameters = { values: new Map() };

const open = (
  outputs: Record<string, Node>,
  parameters: OnnxParameters = noParameters,
  options?: SessionOptions,
) => openOnnxSession(writeOnnx(outputs, parameters), options);

describe('a session of ONNX Runtime', () => {
  it('answers by name, and again with other numbers', async () => {
    const x = input(createGraph(), 'x', [2]);
    const session = await open({ squares: square(x), sum: add(x, x) });
    const first = await session.run({ x: Float32Array.of(1, 2) });
    const second = await session.run({ x: Float32Array.of(3, 4) });
    expect(second).toEqual({ squares: Float32Array.of(9, 16), sum: Float32Array.of(6, 8) });
    expect(first).toEqual({ squares: Float32Array.of(1, 4), sum: Float32Array.of(2, 4) });
    await session.close();
  });

  it('answers the same with two threads', async () => {
    const x = input(createGraph(), 'x', [1]);
    const session = await open({ y: square(x) }, noParameters, { threads: 2 });
    expect(await session.run({ x: Float32Array.of(3) })).toEqual({ y: Float32Array.of(9) });
    await session.close();
  });

  it('reads shared parameters where they are: a change shows', async () => {
    const graph = createGraph();
    const y = matMul(input(graph, 'x', [1, 2]), parameter(graph, 'w', [2, 1]));
    const w = Float32Array.of(1, 10);
    const session = await open({ y }, 'fed', { shared: new Map([['w', w]]) });
    const x = Float32Array.of(1, 2);
    expect(await session.run({ x })).toEqual({ y: Float32Array.of(21) });
    w[0] = 2;
    expect(await session.run({ x })).toEqual({ y: Float32Array.of(22) });
    await session.close();
  });

  describe('refusals', () => {
    let session: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      const graph = createGraph();
      session = await open({ y: gather(input(graph, 'table', [3, 2]), input(graph, 'ids', [1], 'int32')) });
    });

    it('names every input that is missing or does not fit', async () => {
      await expect(session.run({ table: new Float32Array(5) })).rejects.toThrow(
        new RangeError(
          'input table: expected float32[3, 2], 6 numbers, got 5; input ids: expected int32[1], got nothing',
        ),
      );
      await expect(session.run({ table: new Float32Array(6), ids: new Float32Array(1) })).rejects.toThrow(
        'input ids: expected int32[1], got Float32Array',
      );
    });

    it('refuses shared values of another size when it is opened', async () => {
      const y = square(parameter(createGraph(), 'w', [2]));
      await expect(open({ y }, 'fed', { shared: new Map([['w', new Float32Array(3)]]) })).rejects.toThrow(
        'input w: expected float32[2], 2 numbers, got 3',
      );
    });

    it('says what ONNX Runtime says of an id outside its table, and answers afterwards', async () => {
      const table = Float32Array.of(1, 2, 3, 4, 5, 6);
      await expect(session.run({ table, ids: Int32Array.of(3) })).rejects.toThrow('out of data bounds');
      expect(await session.run({ table, ids: Int32Array.of(2) })).toEqual({ y: Float32Array.of(5, 6) });
    });

    it('refuses what is not an ONNX file', async () => {
      await expect(openOnnxSession(new Uint8Array(0))).rejects.toThrow();
      await expect(openOnnxSession(new TextEncoder().encode('not a model'))).rejects.toThrow('protobuf');
      const file = writeOnnx({ y: square(input(createGraph(), 'x', [2])) }, noParameters);
      await expect(openOnnxSession(file.subarray(0, file.length / 2))).rejects.toThrow();
    });
  });
});
