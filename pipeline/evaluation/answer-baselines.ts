// What a model that answers must beat to be worth anything: the lead sentence of the document, and the answer of the
// document that is nearest by tf-idf among those that it was trained on.
import type { AnsweredPrompt } from './exact-match.ts';
import { MetricUndefined } from './metric-undefined.ts';
import type { Tfidf } from './tfidf.ts';
import { fitTfidf, splitWords } from './tfidf.ts';

/** A document and what was to be answered to it. */
export interface DocumentAnswer {
  readonly text: string;
  readonly answer: string;
}

/** What the baselines answer. */
export type BaselineAnswers = Required<Pick<AnsweredPrompt, 'lead' | 'retrieved'>>;

const BEGINNING = 2_000; // units of a document in which its first sentence is looked for
const MOST_UNITS = 20_000; // of a document that is compared

/** @returns the first sentence of a text, up to a line's end; empty where there is none */
export function leadSentence(text: string): string {
  const line = text
    .slice(0, BEGINNING)
    .trimStart()
    .split(/[\r\n]/, 1)[0];
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  for (const { segment } of segmenter.segment(line)) return segment.trim();
  return '';
}

/**
 * @param documents that the model was trained on
 * @returns answers of both baselines to the text of a document; nothing is retrieved where no word is known
 */
export function createAnswerBaselines(
  documents: readonly DocumentAnswer[],
): (text: string) => BaselineAnswers {
  const nearest = createNearest(documents.map(({ text }) => text.slice(0, MOST_UNITS)));
  return (text) => {
    const document = nearest(text.slice(0, MOST_UNITS));
    return {
      lead: leadSentence(text),
      retrieved: document === undefined ? '' : documents[document].answer,
    };
  };
}

/** @returns the text with the largest cosine, of equal ones the first; undefined where none has a term in common */
function createNearest(texts: readonly string[]): (text: string) => number | undefined {
  const tfidf = tryTfidf(texts);
  if (tfidf === null) return () => undefined;
  const { offsets, indices, values } = tfidf.transform(texts);
  const postings = tfidf.terms.map(() => [] as { readonly row: number; readonly value: number }[]);
  for (let row = 0; row < texts.length; row += 1) {
    for (let at = offsets[row]; at < offsets[row + 1]; at += 1) {
      postings[indices[at]].push({ row, value: values[at] });
    }
  }
  return (text) => {
    const asked = tfidf.transform([text]);
    const cosines = new Float64Array(texts.length);
    asked.indices.forEach((term, at) => {
      for (const { row, value } of postings[term]) cosines[row] += value * asked.values[at];
    });
    const most = cosines.reduce((best, cosine, row) => (cosine > cosines[best] ? row : best), 0);
    return cosines[most] > 0 ? most : undefined;
  };
}

/** @returns null where the texts hold no term */
function tryTfidf(texts: readonly string[]): Tfidf | null {
  try {
    return fitTfidf(texts, { sublinear: true, split: splitTerms });
  } catch (error) {
    if (error instanceof MetricUndefined) return null;
    throw error;
  }
}

/** Words; of Korean, Chinese and Japanese ones each two characters that stand together, whatever is written onto them. */
function splitTerms(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    if (!/[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) return word;
    const characters = Array.from(word);
    return characters.slice(1).map((character, at) => characters[at] + character);
  });
}
