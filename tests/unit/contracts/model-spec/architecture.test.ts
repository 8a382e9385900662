import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PresetName } from '../../../../contracts/model-spec/architecture.ts';
import { architectureSchema, presets } from '../../../../contracts/model-spec/architecture.ts';
import { bertConfigOf } from '../../../../pipeline/model/config.ts';
import { gptConfigOf } from '../../../../pipeline/model/gpt-config.ts';
import { gptLayout } from '../../../../pipeline/model/gpt-graph.ts';
import { parameterLayout } from '../../../../pipeline/model/layout.ts';

const names = Object.keys(presets) as PresetName[];

/** Parameters of a preset, with the vocabulary that the published models have. */
function parametersOf(preset: PresetName): number {
  const spec = architectureSchema.parse({ preset });
  if (spec.architecture === 'gpt2') {
    return gptLayout(gptConfigOf(spec, { vocabularySize: 50_257, dropout: 0 })).size;
  }
  const source = { vocabularySize: 30_522, padTokenId: 0, labels: ['a', 'b'], dropout: 0 };
  const { entries } = parameterLayout(bertConfigOf(spec, { ...source, head: 'classification' }));
  const counted = entries.filter(({ name }) => !name.startsWith('classifier.'));
  return counted.reduce((sum, { size }) => sum + size, 0);
}

const problemsOf = (value: unknown): string[] => {
  const { error } = architectureSchema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a model of the file', () => {
  it('is a small BERT where nothing is said, as it was before there were presets', () => {
    expect(architectureSchema.parse({})).toEqual({
      architecture: 'bert',
      layers: 2,
      hiddenSize: 128,
      heads: 2,
      contextLength: 128,
    });
    expect(architectureSchema.parse({ layers: 3 })).toMatchObject({ architecture: 'bert', layers: 3 });
  });

  it('has the sizes of its preset, of which each can be given instead', () => {
    expect(architectureSchema.parse({ preset: 'gpt2', contextLength: 256 })).toEqual({
      architecture: 'gpt2',
      layers: 12,
      hiddenSize: 768,
      heads: 12,
      contextLength: 256,
    });
  });

  it('reads the same again once its sizes are filled in', () => {
    for (const preset of names) {
      const spec = architectureSchema.parse({ preset });
      expect(architectureSchema.parse(spec)).toEqual(spec);
    }
  });

  it('is refused where preset and architecture differ, and where heads do not divide the hidden size', () => {
    expect(problemsOf({ architecture: 'bert', preset: 'gpt2' })).toEqual([
      'preset: gpt2 is a gpt2, not a bert',
    ]);
    expect(problemsOf({ preset: 'nano', heads: 3 })).toEqual(['heads: expected a divisor of hiddenSize']);
    expect(problemsOf({ preset: 'huge' })[0]).toMatch(/^preset: /);
    expect(problemsOf({ architecture: 'gpt2', width: 3 })).toHaveLength(1);
  });
});

describe('presets', () => {
  it('have as many parameters as were published', () => {
    expect(parametersOf('gpt2')).toBe(124_439_808);
    expect(parametersOf('bert-base')).toBe(109_482_240); // BertModel of google-bert/bert-base-uncased
  });

  it('have as many millions as Turc et al. count, the masked-language-model head included', () => {
    const millions = (preset: PresetName): string => {
      const spec = architectureSchema.parse({ preset });
      const source = { vocabularySize: 30_522, padTokenId: 0, labels: [], dropout: 0 };
      const masked = parameterLayout(bertConfigOf(spec, { ...source, head: 'masked-language-model' }));
      const pooler = spec.hiddenSize * (spec.hiddenSize + 1);
      return ((masked.size + pooler) / 1e6).toFixed(1);
    };
    const berts = ['bert-tiny', 'bert-mini', 'bert-small', 'bert-medium', 'bert-base'] as const;
    expect(berts.map(millions)).toEqual(['4.4', '11.3', '29.1', '41.7', '110.1']);
  });

  it('stand in the reference with the parameters that they have', () => {
    const page = readFileSync(new URL('../../../../docs/reference/model-file.md', import.meta.url), 'utf8');
    const rows = names.map((name) => {
      const count = parametersOf(name).toLocaleString('en').replaceAll(',', ' ');
      const { layers, hiddenSize, heads, contextLength } = presets[name];
      const length = contextLength.toLocaleString('en').replace(',', ' ');
      return `| \`${name}\` | ${layers} | ${hiddenSize} | ${heads} | ${length} | ${count} |`;
    });
    expect(page.split('\n').filter((line) => rows.includes(line))).toEqual(rows);
  });
});
