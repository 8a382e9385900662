// Sentences of a text: by the rules of Unicode (UAX #29), by wink-nlp for English, by Kiwi for Korean.
import type { CleaningStepSpec } from '../../../contracts/model-spec/cleaning.ts';
import type { Analysers } from './analysers.ts';
import { textPieces } from './text-pieces.ts';

type SentenceOptions = Omit<Extract<CleaningStepSpec, { step: 'split-sentences' }>, 'step'>;

/** @returns the sentences of a text, without the white space around them; none goes on over a line break */
export type SplitSentences = (text: string) => Promise<string[]>;

/** Makes what parts texts into sentences; an engine is loaded when the first text comes. */
export function createSplitSentences(
  { language, by }: SentenceOptions,
  analysers: Analysers,
): SplitSentences {
  const splitPiece = splitterOf({ language, by }, analysers);
  return async (text) => {
    const sentences: string[] = [];
    for (const piece of textPieces(text)) {
      const found = piece.kind === 'words' ? await splitPiece(piece.text) : [piece.text];
      for (const sentence of found) if (sentence.trim() !== '') sentences.push(sentence.trim());
    }
    return sentences;
  };
}

function splitterOf(
  { language, by }: SentenceOptions,
  analysers: Analysers,
): (text: string) => string[] | Promise<string[]> {
  if (by === 'kiwi') return async (text) => (await analysers.korean()).sentences(text);
  if (by === 'wink') return async (text) => (await analysers.english()).sentences(text);
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  return (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);
}
