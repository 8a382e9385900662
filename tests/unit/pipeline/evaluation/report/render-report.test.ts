import { describe, expect, it } from 'vitest';
import type { AttentionText } from '../../../../../pipeline/evaluation/attention-maps.ts';
import { evaluateClassifier } from '../../../../../pipeline/evaluation/classifier-evaluation.ts';
import { escapeHtml } from '../../../../../pipeline/evaluation/report/html.ts';
import { renderReport } from '../../../../../pipeline/evaluation/report/render-report.ts';
import type { EvaluationReport } from '../../../../../pipeline/evaluation/report/report.ts';
import { exampleInput } from '../evaluation-example.ts';
import { slicedInput } from '../sliced-example.ts';

/** Two tokens of three, in two layers of one head. */
function attentionOf(text: string): AttentionText {
  const head = { levels: '900 046', mostSeen: [{ token: text, share: 0.5 }] };
  return {
    chosenAs: 'worst-error',
    example: 0,
    label: 0,
    predicted: 1,
    probability: 0.9,
    id: text,
    excerpt: text,
    tokens: [text, '무료'],
    hiddenTokens: 1,
    unreadTokens: 0,
    layers: [[head], [head]],
  };
}

/** A report in which every text that comes from outside is the given one. */
function reportSaying(text: string): EvaluationReport {
  const input = exampleInput();
  return {
    ...evaluateClassifier({
      ...input,
      classNames: [`a${text}`, `b${text}`],
      holdout: {
        ...input.holdout,
        ids: input.holdout.ids.map(() => text),
        texts: input.holdout.texts.map(() => text),
      },
      ...(input.champion && { champion: { ...input.champion, title: `Version 1 ${text}` } }),
    }),
    format: 'coppice-evaluation-report/1',
    model: text,
    runId: text,
    createdAt: '2026-01-02T03:04:05.000Z',
    learning: [
      { step: 1, trainingLoss: 0.7 },
      { step: 2, trainingLoss: 0.5, validationLoss: 0.6 },
    ],
    cleaning: [{ step: text, in: 1_200, kept: 1_000, changed: 3, dropped: 200, reasons: { [text]: 200 } }],
    tokenizer: { vocabularySize: 6_000, statistics: { tokensPerWord: 1.25, [text]: 2 } },
    lineage: [{ role: text, text, href: `https://example.org/${text}` }],
    environment: { [text]: text },
    attention: [attentionOf(text)],
  };
}

/** Tags with the names of their attributes: what no text may change. */
function skeleton(page: string): string[] {
  return (page.match(/<[a-z/!][^>]*>/gi) ?? []).map((tag) =>
    tag.replace(/="[^"]*"/g, '').replace(/\s+/g, ' '),
  );
}

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></details></style><svg onload=alert(1)>',
  '&lt;script&gt;',
  '<!-- ]]> ${1} `',
];

describe('the report', () => {
  it.each(hostile)('shows %s as text, in whatever field it stands', async (text) => {
    const [{ html }, { html: harmless }] = await Promise.all([
      renderReport(reportSaying(text)),
      renderReport(reportSaying('x'.repeat(text.length))),
    ]);
    expect(skeleton(html)).toEqual(skeleton(harmless));
    expect(html).toContain(`<pre dir="auto">${escapeHtml(text)}</pre>`);
  });

  it('tells the verdict first, then gates, metrics, errors, sources', async () => {
    const { html } = await renderReport({ ...reportSaying('x'), model: 'mail-filter' });
    const places = [
      'mail-filter: accepted, all 2 gates are passed',
      'Gates',
      'Metrics',
      'How it decides',
      'Worst errors',
      'What it looked at',
    ];
    const at = [...places, 'What it learned from', 'Where it comes from'].map((words) =>
      html.search(new RegExp(`<h[12]>${words}</h[12]>`)),
    );
    expect(at.every((place, index) => place > (index === 0 ? 0 : at[index - 1]))).toBe(true);
  });

  it('says how many gates held a rejected version back, and why', async () => {
    const input = { ...exampleInput(), gates: [{ kind: 'at-least', metric: 'f1', bound: 0.99 } as const] };
    const { html } = await renderReport({
      ...reportSaying('x'),
      ...evaluateClassifier(input),
      model: 'mail-filter',
    });
    expect(html).toContain('<h1>mail-filter: rejected, 1 of 1 gate failed</h1>');
    expect(html).toMatch(/✗ failed[^]*F1 is 0\.889 \([^)]*\), below the bound of 0\.990/);
  });

  it('draws its plots with a text alternative each, and gives each table a caption', async () => {
    const { html } = await renderReport(reportSaying('x'));
    const pictures = html.match(/<svg (?!class="unseen")[^>]*>/g) ?? [];
    expect(pictures).toHaveLength(8 + 3); // plots; the scale of attention and its two maps
    for (const picture of pictures) expect(picture).toMatch(/^<svg role="img" aria-label="[^"]{20,}"/);
    expect(html.match(/<table>\s*<caption>[^<]+<\/caption>/g)).toHaveLength(html.split('<table>').length - 1);
    expect(html).toContain('Area under the curve: Candidate 0.958');
  });

  it('needs nothing beside itself and runs no script', async () => {
    const { html } = await renderReport(reportSaying('x'));
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(html).not.toMatch(/<(script|link|img|iframe|object)\b/);
    expect(html).not.toMatch(/\b(src|xlink:href)="/);
    expect(html).not.toMatch(/url\(/);
  });

  it('links to web addresses only', async () => {
    const lineage = [
      'javascript:alert(1)',
      ' JavaScript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      'https://ok.example/1',
      '/r/1',
    ];
    const { html } = await renderReport({
      ...reportSaying('x'),
      lineage: lineage.map((href) => ({ role: 'source', text: href, href })),
    });
    expect([...html.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      'https://ok.example/1',
      '/r/1',
    ]);
  });

  it('leaves out the plots for which there are no data, and says when nothing went wrong', async () => {
    const { html } = await renderReport({
      ...reportSaying('x'),
      learning: [],
      thresholdChoice: null,
      slices: [],
      errors: [],
      errorCount: 0,
      attention: [],
    });
    expect(html.match(/<svg /g)).toHaveLength(5);
    expect(html).toContain('None: every held-out document got its label.');
    expect(html).not.toContain('What it looked at');
    expect(html).not.toContain('<h2>Slices</h2>');
  });

  it('tells slices in a plot and a table, and McNemar’s test in a sentence', async () => {
    const report = { ...reportSaying('x'), ...evaluateClassifier(slicedInput({ inbox: 2, forum: 25 })) };
    const { html } = await renderReport(report);
    expect(html).toContain(
      'Surely worse than all documents together: source “forum” (accuracy 0.583 on 60 documents).',
    );
    expect(html).toMatch(
      /aria-label="Accuracy by slice\. All documents: [^"]*source: forum: 0\.583 \([^"]*surely worse\./,
    );
    expect(html).toContain('<span class="worse">worse</span>');
    expect(html).toMatch(
      /The candidate alone got 1 documents right, the champion alone 22\.\s[^]*below 0\.001 \(McNemar’s test, exact\)/,
    );
  });

  it('tells overfitting in words, and of a first version which gates judged nothing', async () => {
    const { champion, ...first } = exampleInput();
    expect(champion).toBeDefined();
    const learning = [0.9, 0.5, 0.8].map((validationLoss, at) => ({
      step: at + 1,
      trainingLoss: 0.4,
      validationLoss,
    }));
    const { html } = await renderReport({
      ...reportSaying('x'),
      ...evaluateClassifier(first),
      ...{ learning, pretraining: learning.slice(0, 2) },
    });
    expect(html).toContain('<strong>Fine-tuning.</strong> The weights are those of the last step, 3.');
    expect(html).toContain('Overfitting: the validation loss was lowest at step 2, 0.500');
    expect(html).toMatch(/<strong>Pretraining\.<\/strong> [^<]* still falling at the end/);
    expect(html).toContain('to compare with; 1 of 2 gates compare with one, and judged nothing.');
  });

  it('tells leakage with its first samples', async () => {
    const { html } = await renderReport({ ...reportSaying('x'), ...evaluateClassifier(exampleInput()) });
    expect(html).toContain(
      '1 held-out documents stand word for word among those that were trained on, and 0 nearly so: 10 % of 10.',
    );
    expect(html).toMatch(
      /<code>mail\/0<\/code><\/th>\s*<td><code>1<\/code><\/td><td>word for word<\/td><td><bdi>meeting at noon<\/bdi>/,
    );
  });

  it('draws each head of a layer in words and squares, one layer at a time, the last one first', async () => {
    const { html } = await renderReport(reportSaying('spam'));
    const layers = [...html.matchAll(/<input type="radio"([^>]*)><label[^>]*>(\d)<\/label>/g)];
    expect(layers.map(([, attributes, layer]) => [layer, attributes.includes(' checked')])).toEqual([
      ['1', false],
      ['2', true],
    ]);
    expect(html).toContain('aria-label="Layer 2, head 1. In the mean its tokens look most at spam 50 %."');
    expect(html).toContain('<path class="w9" d="M0 0h1"/>');
    expect(html).toContain('<path class="w4" d="M1 1h1"/><path class="w6" d="M2 1h1"/>'); // no squares of nothing
    expect(html).toContain('>무료</text>');
    expect(html).toContain('the last column sums up 1 more');
  });

  it('cuts long texts between characters, and says so', async () => {
    const report = reportSaying('x');
    const { html } = await renderReport({
      ...report,
      errors: [{ ...report.errors[0], text: '🌱'.repeat(5_000) }],
    });
    expect(html).toContain(`${'🌱'.repeat(4_000)}</pre>`);
    expect(html).toContain('1,000 more characters are not shown.');
    expect(html).not.toContain('\ufffd');
  });

  it('says the same as JSON, with null for numbers that are none', async () => {
    const report = reportSaying('한글');
    const { json } = await renderReport({
      ...report,
      systems: report.systems.map((system) => ({
        ...system,
        metrics: { auc: { value: Number.NaN, interval: null } },
      })),
    });
    const read = JSON.parse(json) as EvaluationReport;
    expect(read.systems[0].metrics.auc).toEqual({ value: null, interval: null });
    expect(read.verdict).toEqual(report.verdict);
    expect(read.errors).toEqual(report.errors);
  });
});
