import { describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { addFunnels } from '../../../../pipeline/cleaning/add-funnels.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { addSamples, createSampleCollector } from '../../../../pipeline/cleaning/samples.ts';
import type { Verdict, WorkingDocument } from '../../../../pipeline/cleaning/working-document.ts';
import { collected } from './documents.ts';

const document = (id: string, text: string): WorkingDocument => ({
  ...{
    id,
    source: 'pages',
    uri: id,
    digest: `sha256:${'0'.repeat(64)}`,
    collectedAt: '2026-11-30T10:00:00Z',
    text,
  },
  content: { mediaType: 'text/plain', encoding: 'utf8', data: text },
});
const drop = (reason: string): Verdict => ({ decision: 'drop', reason });

function collect(cases: readonly (readonly [string, Verdict])[], step = 'some-step') {
  const collector = createSampleCollector([step]);
  for (const [place, [text, verdict]] of cases.entries())
    collector.add(0, document(`document-${place}`, text), verdict);
  return collector.samples();
}

describe('samples of a step', () => {
  it('are three of its changes and of each reason, in the order of the reasons', () => {
    const samples = collect([
      ...Array.from({ length: 5 }, () => ['x', drop('too-short')] as const),
      ...Array.from({ length: 5 }, () => ['x', drop('spam')] as const),
      ...Array.from({ length: 5 }, () => ['x', { decision: 'change', text: 'y' }] as const),
      ['x', { decision: 'keep' }],
    ]);
    expect(samples.map(({ reason, id }) => [reason, id])).toEqual([
      ...[10, 11, 12].map((place) => [undefined, `document-${place}`]),
      ...[5, 6, 7].map((place) => ['spam', `document-${place}`]),
      ...[0, 1, 2].map((place) => ['too-short', `document-${place}`]),
    ]);
  });

  it('show where a text was first changed, and no more of it than fits a page', () => {
    const [{ before, after }] = collect([
      [
        `${'a'.repeat(1_000)}OLD${'b'.repeat(1_000)}`,
        { decision: 'change', text: `${'a'.repeat(1_000)}${'b'.repeat(1_000)}` },
      ],
    ]);
    expect(before).toBe(`…${'a'.repeat(60)}OLD${'b'.repeat(177)}…`);
    expect(after).toBe(`…${'a'.repeat(60)}${'b'.repeat(180)}…`);
  });

  it('cut no character in half, and leave reasons out that are too many', () => {
    const [sample] = collect([['😀'.repeat(500), drop('long')]]);
    expect(sample.before).toMatch(/^(?:😀)+…$/u);
    expect(
      collect(Array.from({ length: 40 }, (_, place) => ['x', drop(`language-${place}`)] as const)),
    ).toHaveLength(12);
  });

  it('show nothing of what the recipe redacts, whichever step they are of', async () => {
    const recipe = createRecipe(
      cleaningSchema.parse({
        steps: [
          ...[{ step: 'strip-html' }, { step: 'redact-personal-data' }],
          { step: 'drop-short', minimumWords: 9 },
        ],
      }).steps,
    );
    const text = '<p>write to kim@example.org or call 010-1234-5678</p>';
    await recipe.clean(collected(text, 'text/html', 'document-1'));
    const samples = recipe.samples();
    expect(samples.map(({ step }) => step)).toEqual(['strip-html', 'redact-personal-data', 'drop-short']);
    expect(JSON.stringify(samples)).not.toMatch(/kim@|1234/);
    expect(samples[1]).not.toHaveProperty('before');
    expect(samples[1].after).toBe('write to [EMAIL_1] or call [PHONE_1]');
    expect(samples[0].before).toContain('<p>write to [EMAIL_1]');
  });

  it('of parts of a corpus are as few as of one', () => {
    const part = collect(Array.from({ length: 3 }, () => ['x', drop('spam')] as const));
    expect(addSamples([part, part])).toEqual(part);
    expect(addSamples([])).toEqual([]);
  });
});

describe('funnels of parts', () => {
  const row = {
    step: 's',
    in: 3,
    kept: 1,
    changed: 1,
    dropped: 1,
    reasons: { a: 1 },
    bytesIn: 30,
    bytesOut: 20,
  };

  it('add up, row by row and reason by reason', () => {
    const other = { ...row, dropped: 2, in: 4, reasons: { a: 1, b: 1 }, changes: { links: 2 } };
    expect(addFunnels([[row], [other]])).toEqual([
      {
        ...{
          step: 's',
          in: 7,
          kept: 2,
          changed: 2,
          dropped: 3,
          reasons: { a: 2, b: 1 },
          changes: { links: 2 },
        },
        ...{ bytesIn: 60, bytesOut: 40 },
      },
    ]);
    expect(addFunnels([])).toEqual([]);
  });
});
