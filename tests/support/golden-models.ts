// The models that transformers made (tests/golden/make-bert.py, make-gpt2.py), ready for any target, with its numbers:
// logits, and the attention weights of make-attention.py.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Node } from '../../pipeline/graph/ir.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { attentionMask } from '../../pipeline/model/bert-graph.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../pipeline/model/gpt-graph.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import { readModel } from '../../pipeline/model/model-files.ts';
import type { NamedTensor } from '../../pipeline/model/safetensors.ts';
import type { GoldenName } from '../unit/pipeline/model/golden.ts';
import { golden, goldenFiles, goldenLogits } from '../unit/pipeline/model/golden.ts';

export interface GoldenModel {
  /** Builds the graph anew. */
  readonly logits: () => Node;
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly parameters: readonly NamedTensor[];
  /** A label for each row of the logits, to make a loss of. */
  readonly labels: Int32Array;
  /** Of transformers, row-major. */
  readonly expected: readonly number[];
  /** Of transformers, a layer a row: [B × H × T × T]. */
  readonly attention: readonly (readonly number[])[];
}

const folder = new URL('../golden/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const rows = z.array(z.array(z.number()));
const attention = z.object({ bert: rows, gpt2: rows }).parse(JSON.parse(read('attention.json')));

function bert(name: GoldenName): GoldenModel {
  const { config, layout, parameters } = readModel(goldenFiles(name));
  const { batch, positions, logits: expected, targets } = golden(name);
  const options = { config, batchSize: batch.batchSize, length: batch.length, allQueries: true };
  const mask = attentionMask(batch.lengths, batch.length);
  return {
    logits: () => goldenLogits(name, options),
    inputs: { ids: batch.ids, mask, ...(positions && { positions: Int32Array.from(positions) }) },
    parameters: namedTensors(layout, parameters),
    labels: Int32Array.from(targets),
    expected: expected.flat(),
    attention: name === 'classifier' ? attention.bert : [],
  };
}

/** The decoder's files, for what is not in its golden numbers. */
export const goldenGpt = readGpt({
  config: read('gpt2/config.json'),
  weights: readFileSync(new URL('gpt2/model.safetensors', folder)),
});

function gpt2(): GoldenModel {
  const numbers = z.object({ ids: rows, targets: rows, logits: rows }).parse(JSON.parse(read('gpt2.json')));
  const { config, layout, parameters } = goldenGpt;
  const [batchSize, length] = [numbers.ids.length, numbers.ids[0].length];
  return {
    logits: () => nextTokenLogits(createGraph(), { config, batchSize, length }),
    inputs: { ids: Int32Array.from(numbers.ids.flat()) },
    parameters: namedTensors(layout, parameters),
    labels: Int32Array.from(numbers.targets.flat()),
    expected: numbers.logits.flat(),
    attention: attention.gpt2,
  };
}

export const goldenModels: Readonly<Record<string, GoldenModel>> = {
  classifier: bert('classifier'),
  'token classifier': bert('tagger'),
  'masked language model': bert('masked'),
  'GPT-2': gpt2(),
};
