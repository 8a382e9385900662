// Undoes markup in documents that are HTML, or that claim to be text and are HTML all the same.
import { htmlToText, looksLikeHtml } from './html-to-text.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/** Makes the step `strip-html`. Text with a stray `<` or an address in angle brackets is left alone. */
export function createStripHtml(): CleaningStep {
  return (document) => {
    const isHtml = HTML.test(document.content.mediaType) || looksLikeHtml(document.text);
    return isHtml ? changeTo(document, htmlToText(document.text)) : { decision: 'keep' };
  };
}
