// Golden numbers: tests/golden/make-attention.py.
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenizedTexts } from '../../../../pipeline/evaluation/attention-maps.ts';
import { readAttention } from '../../../../pipeline/evaluation/attention-maps.ts';
import type { ChosenText } from '../../../../pipeline/evaluation/attention-texts.ts';
import { levelOf, shownTokens } from '../../../../pipeline/evaluation/head-maps.ts';
import type { BertConfig } from '../../../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../../../pipeline/model/layout.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { goldenModels } from '../../../support/golden-models.ts';
import { golden, goldenFiles } from '../model/golden.ts';
import { usePlainBackend } from '../model/plain-backend.ts';

beforeAll(usePlainBackend);

const model = readModel(goldenFiles('classifier')); // 2 layers, 3 heads, 16 tokens at most
const { batch } = golden('classifier');
const vocabulary = Array.from({ length: 60 }, (_, id) => `token ${id}`);
const texts: TokenizedTexts = {
  ids: ['a', 'b', 'c', 'd'],
  texts: ['first', 'second', 'third', 'fourth'],
  tokens: batch.ids,
  lengths: batch.lengths,
  vocabulary,
};
const chosen = (example: number): ChosenText => ({
  chosenAs: 'right',
  example,
  label: 0,
  predicted: 0,
  probability: 0.9,
});

describe('the attention of a report', () => {
  it('is that of transformers in every layer and head, to the level', () => {
    const [text] = readAttention(model, [chosen(3)], texts); // 9 tokens of 12
    expect(text).toMatchObject({ id: 'd', excerpt: 'fourth', hiddenTokens: 0, unreadTokens: 0 });
    expect(text.tokens).toEqual([...batch.ids.subarray(36, 45)].map((id) => `token ${id}`));
    for (const [layer, heads] of text.layers.entries()) {
      for (const [head, { levels }] of heads.entries()) {
        const weights = goldenModels.classifier.attention[layer].slice((3 * 3 + head) * 144);
        const expected = Array.from({ length: 9 }, (_, row) =>
          weights
            .slice(row * 12, row * 12 + 9)
            .map(levelOf)
            .join(''),
        );
        expect(levels).toBe(expected.join(' '));
      }
    }
  });

  it('names the tokens that are looked at most in the mean, the first of them first', () => {
    const [{ layers }] = readAttention(model, [chosen(3)], texts);
    const [{ mostSeen }] = layers[0];
    const weights = goldenModels.classifier.attention[0].slice(9 * 144);
    const shares = Array.from({ length: 9 }, (_, token) =>
      Array.from({ length: 9 }, (_row, row) => weights[row * 12 + token] / 9).reduce((a, b) => a + b),
    );
    expect(mostSeen.map(({ share }) => share)).toEqual(
      shares
        .toSorted((a, b) => b - a)
        .slice(0, 3)
        .map((share) => expect.closeTo(share, 3) as number),
    );
    const [most] = mostSeen;
    expect(most.token).toBe(vocabulary[batch.ids[36 + shares.indexOf(Math.max(...shares))]]);
  });

  it('of a long text is that of its first tokens, with a last column for what all others get', () => {
    const config: BertConfig = { ...model.config, contextLength: 40 };
    const layout = parameterLayout(config);
    const long = { config, layout, parameters: initialParameters(layout, 3) };
    const ids = Int32Array.from({ length: 40 }, (_, place) => place + 3);
    const [text] = readAttention(long, [chosen(0)], { ...texts, tokens: ids, lengths: [40], vocabulary });
    expect(text).toMatchObject({ hiddenTokens: 16, unreadTokens: 0 });
    expect(text.tokens).toHaveLength(24);
    const rows = text.layers[0][0].levels.split(' ');
    expect(rows.map(({ length }) => length)).toEqual(Array.from({ length: 24 }, () => 25));
    const rest = Number(rows[0][24]); // of nearly even weights: 16 of 40
    expect(rest).toBe(levelOf(16 / 40));
  });

  it('takes fewer tokens the more heads a model has, so that a page stays small', () => {
    expect(shownTokens({ layers: 2, heads: 2 })).toBe(24);
    expect(shownTokens({ layers: 12, heads: 12 })).toBe(16);
  });
});
