// The rule of mC4 (Xue et al. 2021, arXiv:2010.11934, 3.1): a page has three lines of 200 characters at least. As datatrove 0.10's
// C4ParagraphFilter.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { codePointCounter } from './words/characters.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'c4-paragraphs' }>;

/** Makes the step `c4-paragraphs`. */
export function createC4Paragraphs({ minimumParagraphs, minimumLength }: Options): CleaningStep {
  return ({ text }) => {
    const count = codePointCounter(text);
    const long = text.split('\n').filter((line) => count(line) >= minimumLength).length;
    return long >= minimumParagraphs
      ? { decision: 'keep' }
      : { decision: 'drop', reason: `< ${minimumParagraphs} paragraphs` };
  };
}
