// Answers in words, measured: exact match, token F1, ROUGE-L, chrF and BLEU with intervals, beside those of the baselines.
import type { WrittenMetric } from '../../contracts/model-spec/judgement.ts';
import type { Statistic } from './bootstrap.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import type { AnsweredPrompt } from './exact-match.ts';
import { isExact } from './exact-match.ts';
import { corpusBleu } from './generation/bleu.ts';
import { corpusChrf } from './generation/chrf.ts';
import { rouge } from './generation/rouge.ts';
import type { GenerationScore, Segments } from './generation/segments.ts';
import { createMeanScore } from './generation/segments.ts';
import { tokenF1 } from './generation/token-f1.ts';
import type { MeasureOptions } from './measure.ts';
import type { MetricTable } from './metric-table.ts';

/** Who answered. */
export interface AnsweringSystem {
  readonly kind: 'candidate' | 'lead' | 'retrieved';
  readonly title: string;
  readonly metrics: MetricTable;
}

export interface AnswerMeasures {
  /** The candidate first. */
  readonly systems: readonly AnsweringSystem[];
  /** How each metric was counted. */
  readonly signatures: Readonly<Record<WrittenMetric, string>>;
}

const titles = {
  lead: 'Lead sentence of the document',
  retrieved: 'Answer of the nearest document (tf-idf)',
};

/**
 * Measures answers against what was expected; the baselines where all answers have theirs.
 * @param answers at least one
 * @throws MetricUndefined without answers
 */
export function measureAnswers(answers: readonly AnsweredPrompt[], options: MeasureOptions): AnswerMeasures {
  const references = answers.map(({ expected }) => [expected.normalize('NFC')]);
  const isLatin = isLatinText(references.flat());
  const measure = (texts: readonly string[]) =>
    scoresOf({ hypotheses: texts.map((text) => text.normalize('NFC')), references }, isLatin);
  const tableOf = (scores: Record<WrittenMetric, GenerationScore>): MetricTable => {
    const statistics = Object.entries(scores).map(([name, { statistic }]) => [name, statistic] as const);
    const intervals = bootstrapIntervals(Object.fromEntries(statistics), {
      ...options,
      examples: answers.length,
    });
    return Object.fromEntries(
      Object.entries(scores).map(([name, { value }]) => [name, { value, interval: intervals[name] }]),
    );
  };
  const ours = measure(answers.map(({ answered }) => answered));
  const baselines = baselineAnswers(answers).map(({ kind, title, answers: theirs }) => ({
    ...{ kind, title },
    metrics: tableOf(measure(theirs.map(({ answered }) => answered))),
  }));
  const signatures = Object.entries(ours).map(([name, { signature }]) => [name, signature]);
  return {
    systems: [{ kind: 'candidate', title: 'Candidate', metrics: tableOf(ours) }, ...baselines],
    signatures: Object.fromEntries(signatures) as AnswerMeasures['signatures'],
  };
}

/** @returns what each baseline would have answered in its place, of those that all answers have */
export function baselineAnswers(answers: readonly AnsweredPrompt[]) {
  return (['lead', 'retrieved'] as const).flatMap((kind) => {
    const theirs = answers.flatMap((answer) => {
      const answered = answer[kind];
      return answered === undefined ? [] : { ...answer, answered };
    });
    return theirs.length < answers.length ? [] : { kind, title: titles[kind], answers: theirs };
  });
}

/** @returns every metric of the answers as a function of those that count */
export function answerStatistics(answers: readonly AnsweredPrompt[]): Record<WrittenMetric, Statistic> {
  const references = answers.map(({ expected }) => [expected.normalize('NFC')]);
  const hypotheses = answers.map(({ answered }) => answered.normalize('NFC'));
  const scores = scoresOf({ hypotheses, references }, isLatinText(references.flat()));
  return Object.fromEntries(
    Object.entries(scores).map(([name, { statistic }]) => [name, statistic]),
  ) as Record<WrittenMetric, Statistic>;
}

/** Other scripts than the Latin one are counted by characters: what words are differs from one to the next. */
function scoresOf(segments: Segments, isLatin: boolean): Record<WrittenMetric, GenerationScore> {
  const { hypotheses, references } = segments;
  const exact = hypotheses.map((answered, at) => Number(isExact({ answered, expected: references[at][0] })));
  return {
    exactMatch: createMeanScore(Float64Array.from(exact), 'exact|nrefs:1|norm:NFC|agg:mean'),
    tokenF1: tokenF1(segments, { tokens: isLatin ? 'words' : 'characters' }),
    rougeL: rouge('L', segments, { tokenization: isLatin ? 'english' : 'mixed' }),
    chrf: corpusChrf(segments),
    bleu: corpusBleu(segments, { tokenization: isLatin ? '13a' : 'char' }),
  };
}

const LATIN_SHARE = 0.95; // of the letters: a word of another script here and there is left out, as rouge-score does

function isLatinText(texts: readonly string[]): boolean {
  const [letters, latin] = [/\p{L}/gu, /[a-z]/gi].map((pattern) =>
    texts.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0),
  );
  return latin >= LATIN_SHARE * letters;
}
