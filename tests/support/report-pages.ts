// One page of each kind of report, with plots, slices, warnings, Hangul and long words, as tests open them in a browser.

import { measureAnswers } from '../../pipeline/evaluation/answer-metrics.ts';
import type { AttentionText } from '../../pipeline/evaluation/attention-maps.ts';
import { evaluateClassifier } from '../../pipeline/evaluation/classifier-evaluation.ts';
import { labelFigures } from '../../pipeline/evaluation/dataset-figures.ts';
import { evaluateEntities } from '../../pipeline/evaluation/entity-evaluation.ts';
import { evaluateLanguage } from '../../pipeline/evaluation/language-evaluation.ts';
import { scoreText } from '../../pipeline/evaluation/language-samples.ts';
import { renderDatasetPage } from '../../pipeline/evaluation/report/dataset-page.ts';
import { renderEntityPage } from '../../pipeline/evaluation/report/entity-page.ts';
import { drawFunnelPlot } from '../../pipeline/evaluation/report/funnel-plot.ts';
import { renderLanguagePage } from '../../pipeline/evaluation/report/language-page.ts';
import { renderReport } from '../../pipeline/evaluation/report/render-report.ts';
import type { ReportOrigin } from '../../pipeline/evaluation/report/report.ts';
import { drawSlicesPlot } from '../../pipeline/evaluation/report/slices-plot.ts';
import { measureWriting } from '../../pipeline/evaluation/writing-figures.ts';
import { example } from '../unit/pipeline/evaluation/entity-example.ts';
import { slicedInput } from '../unit/pipeline/evaluation/sliced-example.ts';

const longWord = 'a-word-that-is-much-longer-than-any-place-for-it'.repeat(3);

const origin: ReportOrigin = {
  ...{ model: 'mail-filter', runId: 'lifecycle/mail-filter/1', createdAt: '2026-01-02T03:04:05.000Z' },
  learning: [
    { step: 1, trainingLoss: 0.7 },
    { step: 2, trainingLoss: 0.5, validationLoss: 0.6 },
    { step: 3, trainingLoss: 0.3, validationLoss: 0.65, kept: true },
  ],
  cleaning: [
    { step: 'strip-html', in: 1_200, kept: 1_150, changed: 900, dropped: 50, reasons: { empty: 50 } },
    { step: 'redact-personal-data', in: 1_150, kept: 1_150, changed: 30, dropped: 0, reasons: {} },
  ],
  tokenizer: { vocabularySize: 6_000, statistics: { tokensPerWord: 1.25 } },
  lineage: [{ role: 'corpus', text: `sha256:${'0123456789abcdef'.repeat(4)}`, href: 'https://example.org/' }],
  environment: { node: 'v20.20.2', tensorflow: '2.18.0', processor: longWord },
};

const texts = Array.from({ length: 60 }, (_, at) =>
  at % 2 === 0
    ? `나는 오늘 맛있는 밥을 먹었다. ${at}`
    : `the ${'old '.repeat(at % 5)}ship sailed ${at} times`,
);
const holdout = {
  ...{ ids: texts.map((_, at) => `notes/${at}`), texts },
  sources: texts.map((_, at) => (at % 3 === 0 ? 'notes' : 'wiki')),
  languages: texts.map((_, at) => (at % 2 === 0 ? 'ko' : 'en')),
};
const leakage = { heldOut: 60, exact: 0, near: 1, share: 1 / 60, samples: [] };

async function languagePage(): Promise<string> {
  const losses = {
    losses: texts.map((text, at) => text.length * (at % 2 === 0 ? 1.5 : 0.5)),
    tokens: texts.map((text) => text.length),
    likeliest: texts.map((_, at) => at % 4),
    bytes: texts.map((text) => Buffer.byteLength(text)),
  };
  const answers = texts.slice(0, 24).map((text, at) => ({
    ...{ prompt: text, expected: text.slice(0, 12), answered: text.slice(at % 3, 12) },
    ...{ lead: text, retrieved: 'the ship' },
  }));
  const measures = measureAnswers(answers, { seed: 1, resamples: 100 });
  const figures = { loss: 2, perplexity: 7.39, bitsPerByte: 1.1, documents: 24, tokens: 300, bytes: 800 };
  const words = ['나는', ' 오늘', ' 맛있는', ' 밥을', ' 비행기'];
  const sample = scoreText(
    words.join(''),
    words.map((token, at) => ({ token, logProbability: -at })),
  );
  return renderLanguagePage({
    ...origin,
    ...evaluateLanguage({
      seed: 1,
      gates: [{ kind: 'at-most', metric: 'bitsPerByte', bound: 0.5, slice: 'language' }],
      ...{ holdout, losses, leakage },
      answering: { heldOut: figures, answers, measures, documents: { texts: texts.slice(0, 24) } },
    }),
    format: 'coppice-language-report/1',
    heldOutDocuments: 60,
    answering: {
      ...{ heldOut: figures, prompt: `{text}\n${longWord}`, learning: origin.learning, answers, measures },
      pairs: { training: 100, heldOut: 24, cut: 1, leftOut: 2 },
    },
    samples: [sample],
    continuations: [
      {
        ...{ prompt: '나는', likeliest: [], greedy: ` ${longWord}`, drawn: ' 값이' },
        inCorpus: { times: 4, words: [{ word: '선을', count: 3 }] },
      },
    ],
    attention: [],
    writing: measureWriting({ continuations: [longWord], answers, documents: texts, scoreHarm: () => ({}) }),
  });
}

/** @returns by the kind of the report, the HTML documents */
export async function makeReportPages(
  attention: readonly AttentionText[],
): Promise<Record<'classification' | 'language' | 'entities' | 'dataset', string>> {
  const entities = { ...evaluateEntities(example), ...origin, format: 'coppice-entity-report/1' as const };
  const { html } = await renderReport({
    ...evaluateClassifier(slicedInput({ forum: 30 })),
    ...origin,
    ...{ format: 'coppice-evaluation-report/1', attention },
  });
  const lines = texts.map((text, at) => ({
    text: `${text} ${longWord}`,
    label: at % 9 === 0 ? 'spam' : 'ham',
  }));
  return {
    classification: html,
    language: await languagePage(),
    entities: renderEntityPage(entities, {
      ...{ search: null, learning: null, funnel: await drawFunnelPlot(origin.cleaning) },
      slices: await drawSlicesPlot(entities, entities.systems[0].metrics.entityF1?.value),
    }),
    dataset: renderDatasetPage({
      ...{
        target: 'mail-filter@1',
        runId: 'dataset-evaluation/1',
        createdAt: origin.createdAt,
        examples: 60,
      },
      figures: labelFigures(
        lines,
        lines.map((_, at) => ({ label: at % 7 === 0 ? 'spam' : 'ham' })),
      ),
    }),
  };
}
