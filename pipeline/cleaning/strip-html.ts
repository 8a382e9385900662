// Undoes markup in documents that are HTML, or that claim to be text and are HTML all the same.

import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { htmlToText, looksLikeHtml } from './html-to-text.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/** Makes the step `strip-html`. Text with a stray `<` or an address in angle brackets is left alone. */
export function createStripHtml({
  leaveOut,
}: Extract<CleaningStepSpec, { step: 'strip-html' }>): CleaningStep {
  return (document) => {
    const isHtml = HTML.test(document.content.mediaType) || looksLikeHtml(document.text);
    return isHtml ? changeTo(document, htmlToText(document.text, leaveOut)) : { decision: 'keep' };
  };
}
