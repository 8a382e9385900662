// Markup to text in one pass over the tags, without a tree, so that depth costs nothing. Follows what a browser shows:
// blocks stand on lines of their own, white space folds, scripts and styles are silent.
import { Parser } from 'htmlparser2';

const silent = new Set(['script', 'style', 'title', 'noframes', 'template', 'object', 'applet']);

const blocks = new Set(
  (
    'address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 ' +
    'h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section select summary table tbody tfoot thead ' +
    'tr ul'
  ).split(' '),
);

const cells = new Set(['td', 'th']);

/** Collects text with white space folded; a line break once asked for waits until something follows. */
class TextBuilder {
  readonly #pieces: string[] = [];
  #pending: '' | ' ' | '\n' = '';

  add(text: string): void {
    if (/^\s/.test(text)) this.space();
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return;
    if (this.#pieces.length > 0) this.#pieces.push(this.#pending);
    this.#pieces.push(words.join(' '));
    this.#pending = /\s$/.test(text) ? ' ' : '';
  }

  space(): void {
    if (this.#pending === '') this.#pending = ' ';
  }

  breakLine(): void {
    this.#pending = '\n';
  }

  text(): string {
    return this.#pieces.join('');
  }
}

/**
 * Turns markup into text. Time and memory grow with the length of the markup alone, however deep it is nested.
 * @example htmlToText('<p>one<br>two &amp; three</p>') → 'one\ntwo & three'
 */
export function htmlToText(html: string): string {
  const builder = new TextBuilder();
  let silence = 0;
  const parser = new Parser(
    {
      onopentagname(name) {
        if (silent.has(name)) silence += 1;
        else if (name === 'br' || blocks.has(name)) builder.breakLine();
        else if (cells.has(name)) builder.space();
      },
      onclosetag(name) {
        if (silent.has(name)) silence = Math.max(0, silence - 1);
        else if (blocks.has(name)) builder.breakLine();
      },
      ontext(text) {
        if (silence === 0) builder.add(text);
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.end(html);
  return builder.text();
}

const TAG =
  /<\/?(?:html|head|body|p|br|div|table|tr|td|font|a|b|i|center|img|span|ul|ol|li|h[1-6])(?:[\s/][^<>]*)?>/gi;
const TAGS_OF_MARKUP = 5; // fewer may be a remark about HTML in ordinary text

/** @returns whether a text that claims to be plain is markup, as spam often is. */
export function looksLikeHtml(text: string): boolean {
  if (/<(?:!doctype html|html[\s>]|body[\s>])/i.test(text)) return true;
  const tags = text.matchAll(TAG);
  for (let count = 0; count < TAGS_OF_MARKUP; count += 1) {
    if (tags.next().done === true) return false;
  }
  return true;
}
