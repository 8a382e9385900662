// Models, logits and gradients that transformers and PyTorch made: tests/golden/make-bert.py.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Node } from '../../../../pipeline/graph/ir.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import type { BertOptions } from '../../../../pipeline/model/bert-graph.ts';
import {
  classifierLogits,
  maskedTokenLogits,
  tokenClassLogits,
} from '../../../../pipeline/model/bert-graph.ts';
import type { ModelFiles } from '../../../../pipeline/model/model-files.ts';
import type { TokenBatch } from '../../../../pipeline/training/token-rows.ts';

const folder = new URL('../../../golden/bert/', import.meta.url);

const goldenSchema = z.object({
  ids: z.array(z.array(z.number())),
  lengths: z.array(z.number()),
  positions: z.array(z.number()).nullable(),
  targets: z.array(z.number()),
  logits: z.array(z.array(z.number())),
  loss: z.number(),
  gradients: z.record(z.string(), z.tuple([z.number(), z.number()])),
});

export type GoldenName = 'classifier' | 'tagger' | 'masked';

/** A directory as `save_pretrained` wrote it. */
export function goldenFiles(name: GoldenName): ModelFiles {
  return {
    config: readFileSync(new URL(`${name}/config.json`, folder), 'utf8'),
    weights: readFileSync(new URL(`${name}/model.safetensors`, folder)),
  };
}

/** A batch and what PyTorch makes of it. */
export function golden(name: GoldenName) {
  const numbers = goldenSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
  const batch: TokenBatch = {
    ids: Int32Array.from(numbers.ids.flat()),
    lengths: Int32Array.from(numbers.lengths),
    batchSize: numbers.ids.length,
    length: numbers.ids[0].length,
  };
  return { ...numbers, batch };
}

/** The graph of a model's logits, a row a label. */
export function goldenLogits(name: GoldenName, options: BertOptions): Node {
  if (name === 'classifier') return classifierLogits(createGraph(), options);
  if (name === 'tagger') return tokenClassLogits(createGraph(), options);
  return maskedTokenLogits(createGraph(), options, golden(name).positions?.length ?? 0);
}
