// The numbers are held against those of transformers in tests/support/graph-models-contract.ts.
import { describe, expect, it } from 'vitest';
import { withAttention } from '../../../../pipeline/graph/attention-weights.ts';
import { expand } from '../../../../pipeline/graph/expand.ts';
import { createGraph, reachable } from '../../../../pipeline/graph/ir.ts';
import { dropoutMask, input, attention as mixed } from '../../../../pipeline/graph/operations.ts';
import { goldenModels } from '../../../support/golden-models.ts';

const looking = Object.entries(goldenModels).filter(([, { attention }]) => attention.length > 0);

describe('a graph whose attention is asked for', () => {
  it.each(looking)('computes no softmax twice: %s', (_, { logits, attention }) => {
    const outputs = withAttention({ logits: logits() });
    const names = attention.map((_layer, index) => `attention.${index}`);
    expect(Object.keys(outputs)).toEqual(['logits', ...names]);
    const computed = reachable(expand(Object.values(outputs))).map(({ operation }) => operation);
    expect(computed.filter((operation) => operation === 'softmax')).toHaveLength(attention.length);
  });

  it('tells what was looked at, and not what dropout left of it', () => {
    const graph = createGraph();
    const shape = [1, 1, 2, 2];
    const [query, key, value] = ['query', 'key', 'value'].map((name) => input(graph, name, shape));
    const mask = input(graph, 'mask', [1, 1, 1, 2]);
    const keep = dropoutMask(input(graph, 'seed', [2], 'int32'), { rate: 0.5, stream: 0, shape });
    const outputs = withAttention({ y: mixed({ query, key, value, mask, keep }) });
    expect(reachable([outputs['attention.0']]).map(({ operation }) => operation)).not.toContain(
      'dropoutMask',
    );
  });
});
