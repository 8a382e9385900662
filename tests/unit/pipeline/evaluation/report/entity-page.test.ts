import { describe, expect, it } from 'vitest';
import { evaluateEntities } from '../../../../../pipeline/evaluation/entity-evaluation.ts';
import {
  type EntityReport,
  renderEntityPage,
} from '../../../../../pipeline/evaluation/report/entity-page.ts';
import { answered, example } from '../entity-example.ts';

/** A page in which every text that comes from outside is the given one; labels and words stand without white space. */
function pageSaying(text: string, holdout = example.holdout): string {
  const word = text.replace(/\s/g, '');
  const foreign = answered(text, `${word} sang`, {
    labelled: `B-${word} O`,
    answered: `O B-${word}`,
    score: 1,
  });
  const report: EntityReport = {
    ...evaluateEntities({ ...example, holdout: [...holdout, foreign] }),
    format: 'coppice-entity-report/1',
    ...{ model: text, runId: text, createdAt: '2026-01-02T03:04:05.000Z' },
    learning: [{ step: 2, trainingLoss: 0.5, validationLoss: 0.625, kept: true }],
    cleaning: [{ step: text, in: 12, kept: 10, changed: 3, dropped: 2, reasons: { [text]: 2 } }],
    tokenizer: { vocabularySize: 6_000, statistics: { [text]: 2 } },
    lineage: [{ role: text, text }],
    environment: { [text]: text },
  };
  return renderEntityPage(report, { search: null, funnel: null, learning: null, slices: null });
}

describe('renderEntityPage', () => {
  const page = pageSaying('names');

  it('has the verdict first, then figures, labels, confusions, errors and where it comes from', () => {
    const headings = [...page.matchAll(/<h[12]>([^<]*)/g)].map(([, heading]) => heading);
    expect(headings[0]).toContain('names');
    expect(headings.slice(1)).toEqual([
      'Gates',
      'Metrics',
      'Slices',
      'Labels',
      'What it takes for what',
      'Worst errors',
      'Leakage',
      'What it learned from',
      'How it was cleaned',
      'Where it comes from',
    ]);
  });

  it('tells the candidate beside the baselines, and warns above all figures', () => {
    expect(page).toContain('Each word’s most frequent tag');
    expect(page).toMatch(/aria-label="Warnings"[^]*it cannot be learned[^]*<h2>Metrics/);
    expect(page).toMatch(/F1 is 0\.\d+ on the entities of 4 held-out documents/);
  });

  it('marks in the text what is labelled and what was answered', () => {
    expect(page).toContain('<mark title="answered place">Thames</mark>');
    expect(page).toContain('<ins title="labelled person"><mark title="answered person">Grace</mark></ins>');
    expect(page).toContain('<ins title="labelled person"> Hopper</ins>');
  });

  it('shows the losses at which it was validated, those of pretraining apart', () => {
    expect(page).toContain('2 (kept)');
    expect(page).not.toContain('Pretraining');
  });

  it('lets no text become markup, whichever it is', () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
    const attacked = pageSaying(hostile);
    expect(attacked).not.toMatch(/<script|<img/);
    expect(attacked).toContain('&lt;script&gt;');
    expect(attacked).toContain("default-src 'none'");
  });
});
