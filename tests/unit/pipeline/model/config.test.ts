import { describe, expect, it } from 'vitest';
import { architectureSchema } from '../../../../contracts/model-spec/architecture.ts';
import {
  bertConfigOf,
  formatBertConfig,
  ModelFormatError,
  parseBertConfig,
} from '../../../../pipeline/model/config.ts';

const source = { vocabularySize: 100, padTokenId: 0, dropout: 0.3 };
const classifier = bertConfigOf(architectureSchema.parse({ hiddenSize: 32 }), {
  ...source,
  head: 'classification',
  labels: ['ham', 'spam'],
});

function problemsOf(json: unknown): readonly string[] {
  try {
    parseBertConfig(json);
  } catch (error) {
    if (error instanceof ModelFormatError) return error.problems;
    throw error;
  }
  throw new Error('expected the config to be refused');
}

describe('config.json', () => {
  it('reads back what it wrote, with any head', () => {
    const masked = bertConfigOf(architectureSchema.parse({}), {
      ...source,
      head: 'masked-language-model',
      labels: [],
    });
    const tagger = { ...classifier, head: 'token-classification' as const, labels: ['O', 'B-PER', 'I-PER'] };
    for (const config of [classifier, tagger, masked]) {
      expect(parseBertConfig(JSON.parse(JSON.stringify(formatBertConfig(config))))).toEqual(config);
    }
  });

  it('makes the inner size four times the hidden one where none is given', () => {
    expect(classifier.intermediateSize).toBe(128);
  });

  it('names every field that is wrong at once', () => {
    const problems = problemsOf({
      ...formatBertConfig(classifier),
      hidden_size: -1,
      hidden_act: 'relu',
      vocab_size: 'many',
    });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'hidden_act',
      'hidden_size',
      'vocab_size',
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['heads that do not divide the hidden size', { num_attention_heads: 5 }, 'num_attention_heads'],
    ['a model that is no BERT', { model_type: 'gpt2' }, 'model_type'],
    ['a head that is not known', { architectures: ['BertForQuestionAnswering'] }, 'architectures'],
    ['labels with a gap', { id2label: { 0: 'ham', 2: 'spam' } }, 'id2label'],
    ['a single label', { id2label: { 0: 'ham' } }, 'id2label'],
  ])('refuses %s', (_, changes, field) => {
    expect(problemsOf({ ...formatBertConfig(classifier), ...changes })[0]).toContain(field);
  });
});
