import { describe, expect, it } from 'vitest';
import type { Node } from '../../../../../pipeline/graph/ir.ts';
import { createGraph } from '../../../../../pipeline/graph/ir.ts';
import { quantizeMatrix } from '../../../../../pipeline/graph/onnx/quantization.ts';
import { writeOnnx } from '../../../../../pipeline/graph/onnx/write-onnx.ts';
import { add, gather, input, matMul, parameter, softmax } from '../../../../../pipeline/graph/operations.ts';
import { attentionMask, classifierLogits } from '../../../../../pipeline/model/bert-graph.ts';
import type { BertConfig } from '../../../../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../../../../pipeline/model/layout.ts';
import { createRandom } from '../../../../../pipeline/random.ts';
import { openOnnxSession } from '../../../../../runtimes/onnx/session.ts';

const normals = (count: number, seed: number): Float32Array => {
  const { normal } = createRandom(seed);
  return Float32Array.from({ length: count }, normal);
};

interface Compared {
  readonly exact: Float32Array;
  readonly quantized: Float32Array;
  /** Bytes of the quantized file over those of the other. */
  readonly sizeRatio: number;
}

async function compare(
  y: Node,
  values: ReadonlyMap<string, Float32Array>,
  inputs: Record<string, Float32Array | Int32Array>,
): Promise<Compared> {
  const files = (['float32', 'int8'] as const).map((precision) => writeOnnx({ y }, { values, precision }));
  const [exact, quantized] = await Promise.all(
    files.map(async (file) => {
      const session = await openOnnxSession(file);
      const results = await session.run(inputs);
      await session.close();
      return Float32Array.from(results.y);
    }),
  );
  return { exact, quantized, sizeRatio: files[1].length / files[0].length };
}

const rootMeanSquare = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

const relativeError = ({ exact, quantized }: Compared): number =>
  rootMeanSquare(exact.map((x, index) => x - quantized[index])) / rootMeanSquare(exact);

describe('quantizeMatrix', () => {
  it('gives each row or column the scale that its largest magnitude needs', () => {
    const values = Float32Array.of(63, 31.5, -6.3, 0.63);
    expect(quantizeMatrix(values, [2, 2], 0)).toEqual({
      values: Int8Array.of(63, 32, -63, 6),
      scales: Float32Array.of(1, 0.1),
    });
    expect(quantizeMatrix(values, [2, 2], 1)).toEqual({
      values: Int8Array.of(63, 63, -6, 1),
      scales: Float32Array.of(1, 0.5),
    });
  });

  it('leaves a channel of zeros zero', () => {
    expect(quantizeMatrix(new Float32Array(4), [2, 2], 0).values).toEqual(new Int8Array(4));
  });
});

describe('an int8 file', () => {
  const directions = [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({ transposeA, transposeB })),
  );

  it.each(directions)('multiplies by a parameter with an error under 2.5 %, at %o', async (options) => {
    const graph = createGraph();
    const [rows, inner, columns] = [16, 64, 48];
    const x = input(graph, 'x', options.transposeA ? [inner, rows] : [rows, inner]);
    const w = parameter(graph, 'w', options.transposeB ? [columns, inner] : [inner, columns]);
    const values = normals(inner * columns, 1).map((value, index) => value * (1 + (index % 7))); // uneven channels
    const inputs = { x: normals(rows * inner, 2) };
    const compared = await compare(matMul(x, w, options), new Map([['w', values]]), inputs);
    expect(relativeError(compared)).toBeLessThan(0.025);
    expect(compared.quantized).not.toEqual(compared.exact);
  });

  it('looks up rows of a table, and multiplies by it, from one quantized copy', async () => {
    const graph = createGraph();
    const table = parameter(graph, 'table', [500, 32]);
    const rows = gather(table, input(graph, 'ids', [3], 'int32'));
    const values = new Map([['table', normals(500 * 32, 3)]]);
    const logits = matMul(rows, table, { transposeB: true });
    const compared = await compare(logits, values, { ids: Int32Array.of(7, 499, 0) });
    expect(relativeError(compared)).toBeLessThan(0.025);
    expect(compared.sizeRatio).toBeLessThan(0.33);
  });

  it('leaves products that must be exact, and what is no product with a parameter', async () => {
    const graph = createGraph();
    const x = input(graph, 'x', [4, 4]);
    const w = parameter(graph, 'w', [4, 4]);
    const y = add(matMul(matMul(x, w, { exact: true }), matMul(x, x)), w);
    const compared = await compare(y, new Map([['w', normals(16, 4)]]), { x: normals(16, 5) });
    expect(compared.quantized).toEqual(compared.exact);
    expect(compared.sizeRatio).toBe(1);
  });

  it('takes less than a third of the bytes for a classifier, whose probabilities move by less than 0.01', async () => {
    const config: BertConfig = {
      head: 'classification',
      vocabularySize: 2_000,
      hiddenSize: 64,
      layers: 3,
      heads: 4,
      intermediateSize: 256,
      contextLength: 64,
      tokenTypes: 2,
      layerNormEpsilon: 1e-12,
      padTokenId: 0,
      labels: ['ham', 'spam', 'odd'],
      dropout: 0,
    };
    const layout = parameterLayout(config);
    const flat = initialParameters(layout, 7).map((value) => value * 2); // so that answers differ
    const values = new Map(namedTensors(layout, flat).map((tensor) => [tensor.name, tensor.values]));
    const [batchSize, length] = [8, 40];
    const probabilities = softmax(classifierLogits(createGraph(), { config, batchSize, length }));
    const compared = await compare(probabilities, values, {
      ids: Int32Array.from({ length: batchSize * length }, (_, index) => (index * 7_919) % 2_000),
      mask: attentionMask([40, 3, 17, 40, 1, 25, 39, 8], length),
    });
    expect(compared.sizeRatio).toBeLessThan(1 / 3);
    for (const [index, value] of compared.exact.entries()) {
      expect(Math.abs(value - compared.quantized[index])).toBeLessThan(0.01);
    }
  });
});
