// What an answer of a model in service is like by itself: measures of the evaluation, of one answer, so that none of its text
// need be kept.
import type {
  AnswerFormat,
  AnswerScores,
  AnswerScoring,
  ScoredMetric,
} from '../../../contracts/model-spec/answer-scores.ts';
import { isHarmful } from './harmful.ts';
import { readJsonText } from './json-text.ts';
import { isRefusal } from './refusal.ts';

/** Scores a text by label, 0 to 1, as cleaning does. */
export type ScoreHarm = (text: string) => Readonly<Record<string, number>>;

/**
 * @param texts - of one answer, as it was given: one cut short is judged as it stands
 * @param scoring - what is asked for
 * @returns the share of its texts that are as they should be, 0 to 1, by metric; nothing of an answer without texts
 */
export function scoreAnswer(
  texts: readonly string[],
  { metrics, answerFormat = {} }: AnswerScoring,
  scoreHarm: ScoreHarm,
): AnswerScores {
  if (texts.length === 0) return {};
  const holds: Record<ScoredMetric, (text: string) => boolean> = {
    'not-refused': (text) => !isRefusal(text),
    'not-toxic': (text) => !isHarmful(scoreHarm(text)),
    format: (text) => keepsFormat(text, answerFormat),
  };
  return Object.fromEntries(
    metrics.map((metric) => [metric, texts.filter(holds[metric]).length / texts.length]),
  );
}

/** @returns whether everything holds that the format names; characters are counted as code points */
export function keepsFormat(
  text: string,
  { json, keys = [], minimumCharacters = 0, maximumCharacters = Infinity }: AnswerFormat,
): boolean {
  const characters = Array.from(text).length;
  if (characters < minimumCharacters || characters > maximumCharacters) return false;
  if (!json) return true;
  const value = readJsonText(text);
  if (value === undefined) return false;
  return keys.length === 0 || (!Array.isArray(value) && keys.every((key) => Object.hasOwn(value, key)));
}
