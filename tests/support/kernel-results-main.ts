// Prints a digest of what the fused kernels compute, for tests that start it with other numbers of threads.
import { createHash } from 'node:crypto';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { loadKernels } from '../../runtimes/tensorflow/kernels.ts';
import { graphCases } from './graph-cases.ts';
import { runNatively } from './graph-targets.ts';

const hash = createHash('sha256');
const cases = [
  ...graphCases.matMul.filter(({ name }) => name.startsWith('large')),
  ...graphCases.attentionGradient,
  ...graphCases.layerNormalizationGradient,
  ...graphCases.geluGradient,
];
for (const { build } of cases) {
  const { outputs, inputs, parameters } = build(createGraph());
  const tensors = Object.entries(parameters).map(([name, parameter]) => ({ name, ...parameter }));
  const results = await runNatively(outputs, { inputs, parameters: tensors });
  for (const values of Object.values(results)) hash.update(Float32Array.from(values));
}
process.stdout.write(`${JSON.stringify({ kernels: loadKernels(), digest: hash.digest('hex') })}\n`);
