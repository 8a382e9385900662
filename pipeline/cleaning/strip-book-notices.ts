// What Project Gutenberg puts before and behind its books: who made them, and the licence of the collection.
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const START = /^\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG [^\n]{0,500}$/im;
const END = /^(?:\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG |End of (?:the )?Project Gutenberg)/im;
/** The paragraph behind the start that says who typed it. */
const CREDITS = /^(?:Produced by|E-text prepared by|This etext was prepared by|Transcribed (?:by|from)) /i;
const PARAGRAPH_END = /\n[ \t]*\n/;

/** @returns the book alone; a text without such a start is left as it is */
function withoutNotices(text: string): string {
  const lines = text.replaceAll('\r\n', '\n');
  const start = START.exec(lines);
  if (start === null) return text;
  const behind = lines.slice(start.index + start[0].length).trimStart();
  const credits = CREDITS.test(behind) ? PARAGRAPH_END.exec(behind) : null;
  const book = credits === null ? behind : behind.slice(credits.index);
  return book.slice(0, END.exec(book)?.index).trim();
}

/** Makes the step `strip-book-notices`. */
export function createStripBookNotices(): CleaningStep {
  return (document) => changeTo(document, withoutNotices(document.text));
}
