import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  cardEvidenceSchema,
  type ModelCardFacts,
  modelCard,
} from '../../../../pipeline/evaluation/model-card.ts';
import { referenceOf, specOf } from '../../../support/model-fixtures.ts';

const spec = specOf('mail-filter');
const facts: ModelCardFacts = {
  version: {
    ...{
      model: 'mail-filter',
      version: 3,
      createdAt: '2026-11-30T12:00:00.000Z',
      runId: 'lifecycle/mail-filter/1',
    },
    ...{ trigger: { kind: 'person', name: 'kim' }, basedOn: 2, precision: 'int8' },
    ...{ spec: referenceOf('spec', 'mail-filter'), package: referenceOf('package', 'mail-filter') },
    ...{ report: referenceOf('report', 'mail-filter'), evidence: referenceOf('evidence', 'mail-filter') },
    ...{ lineage: [], metrics: { accuracy: 0.9534, auc: 0.981 } },
  },
  spec: { ...spec, licence: 'Apache-2.0', description: 'Tells spam from mails: "all" of them' },
  evidence: {
    tokenizer: {
      languages: [
        { language: 'en', documents: 700 },
        { language: 'ko', documents: 280 },
        { language: 'und', documents: 100 },
        { language: 'fr', documents: 3 },
      ],
    },
    warnings: ['95 of 100 documents are cats'],
    environment: { processor: 'Some processor' },
  },
};

function frontMatterOf(card: string): Record<string, unknown> {
  const [, text] = card.split('---\n');
  return parse(text) as Record<string, unknown>;
}

describe('a model card', () => {
  it('has the front matter that the hub reads', () => {
    expect(frontMatterOf(modelCard(facts))).toMatchObject({
      language: ['en', 'ko'],
      license: 'apache-2.0',
      library_name: 'transformers',
      pipeline_tag: 'text-classification',
      'model-index': [
        {
          name: 'mail-filter',
          results: [
            {
              task: { type: 'text-classification' },
              dataset: { type: 'mail-filter' },
              metrics: [
                { type: 'accuracy', value: 0.9534, name: 'Accuracy' },
                { type: 'auc', value: 0.981, name: 'AUC' },
              ],
            },
          ],
        },
      ],
    });
  });

  it('tells people what it is, what it saw, how good it is, and of what to beware', () => {
    const card = modelCard(facts);
    for (const text of [
      '# mail-filter@3',
      'Tells spam from mails: "all" of them',
      'trained on from version 2',
      '- served in: int8',
      ...spec.collection.sources.map(({ name, kind }) => `| ${name} | ${kind} | not said |`),
      '| Accuracy | 0.953 |',
      '> 95 of 100 documents are cats',
      'AutoModelForSequenceClassification',
      '- processor: Some processor',
      '`coppice lineage mail-filter@3`',
    ])
      expect(card).toContain(text);
  });

  it('says less where the evidence is gone', () => {
    const card = modelCard({ ...facts, spec, evidence: {} });
    expect(frontMatterOf(card)).not.toHaveProperty('language');
    expect(frontMatterOf(card)).not.toHaveProperty('license');
    expect(card).not.toContain('> ');
    expect(card).toContain('A model for text classification.');
  });

  it('takes evidence of every kind of model', () => {
    expect(
      cardEvidenceSchema.parse({ format: 'x', systems: [], tokenizer: { vocabularySize: 5 } }),
    ).toMatchObject({ format: 'x' });
  });
});
