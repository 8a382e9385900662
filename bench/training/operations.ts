// `node --import tsx bench/training/operations.ts A float32`: where the time of our step goes, operation by operation.
// TensorFlow traces the very graph that is trained; only its Python package gives the trace away.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../../pipeline/graph/operation-kinds.ts';
import { buildTrainingGraph } from '../../pipeline/graph/tensorflow/training-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { adamW } from '../../pipeline/training/optimizer.ts';
import { kernelsFile } from '../../runtimes/tensorflow/kernels.ts';
import { runCommand } from '../../setup/command.mjs';
import { installPython } from '../python-peer.ts';
import { decoderLoss } from './decoder.ts';
import type { ModelName } from './shapes.ts';
import { models } from './shapes.ts';

const tensorflow = 'tensorflow-cpu==2.21.0';

const [model = 'A', precision = 'float32'] = process.argv.slice(2) as [ModelName?, Precision?];
const kernels = kernelsFile();
const { loss, layout } = decoderLoss(model);
const graph = buildTrainingGraph(
  {
    ...{ layout, optimizer: adamW(0.1), precision, maximumNorm: 1 },
    losses: { train: loss },
    validations: {},
  },
  { kernels: kernels !== undefined },
);
const parameters = initialParameters(layout, 1);
const entries = new Map(layout.entries.map((entry) => [entry.name, entry]));
const { batchSize, contextLength, vocabularySize } = models[model];
const folder = await mkdtemp(join(tmpdir(), 'coppice-operations-'));
try {
  await writeFile(join(folder, 'saved_model.pb'), graph.savedModel);
  await writeFile(join(folder, 'parameters.bin'), Buffer.from(parameters.buffer));
  const variables = graph.variables.map(({ vector, parameter, initial }) => {
    const { offset, shape } = entries.get(parameter) ?? { offset: 0, shape: [] };
    return { initial, shape, offset: vector === 'parameters' ? offset : -1 };
  });
  const plan = {
    ...{ variables, kernels, assign: graph.assign, scalars: graph.scalars, threads: availableParallelism() },
    ...{ tokens: batchSize * contextLength, vocabularySize },
    ...{ feeds: graph.programs['train'].feeds, fetches: graph.programs['train'].whole },
  };
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
  const python = await installPython(tensorflow.replace('==', '-'), [tensorflow]);
  const script = fileURLToPath(new URL('operations-peer.py', import.meta.url));
  const printed = await runCommand(python, [script, folder]);
  const rows = printed.split('\n').filter((line) => /^ *[\d.]+ ms/.test(line)); // not the greetings of TensorFlow
  process.stdout.write(`${rows.join('\n')}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
