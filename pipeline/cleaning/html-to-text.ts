// Markup to text in one pass over its tokens. There is no tree and no stack of open tags (htmlparser2's own parser takes
// quadratic time on deep ones), so depth costs nothing. Follows what a browser shows: blocks stand on lines of their own,
// white space folds, scripts and styles are silent.
import type { TokenizerCallbacks } from 'htmlparser2';
import { Tokenizer } from 'htmlparser2';

const silent = new Set(['script', 'style', 'title', 'template']);

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

const nothing = (): void => undefined;

/** What no text comes from. */
const unheard = {
  onattribdata: nothing,
  onattribend: nothing,
  onattribentity: nothing,
  onattribname: nothing,
  oncdata: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
} satisfies Partial<TokenizerCallbacks>;

/**
 * Turns markup into text. Time and memory grow with the length of the markup alone.
 * @param leftOut names of further elements that are silent, in lower case
 * @example htmlToText('<p>one<br>two &amp; three</p>') → 'one\ntwo & three'
 */
export function htmlToText(html: string, leftOut: readonly string[] = []): string {
  const builder = new TextBuilder();
  const isSilent = new Set([...silent, ...leftOut]);
  let silencedBy = '';
  let depth = 0; // of elements of that name within each other
  const name = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const say = (text: string): void => {
    if (silencedBy === '') builder.add(text);
  };
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...unheard,
      onopentagname: (start, end) => {
        const tag = name(start, end);
        if (silencedBy === '' && isSilent.has(tag)) silencedBy = tag;
        if (tag === silencedBy) depth += 1;
        if (tag === 'br' || blocks.has(tag)) builder.breakLine();
        else if (cells.has(tag)) builder.space();
      },
      onclosetag: (start, end) => {
        const tag = name(start, end);
        if (tag === silencedBy) depth -= 1;
        if (depth === 0) silencedBy = '';
        if (blocks.has(tag)) builder.breakLine();
      },
      ontext: (start, end) => say(html.slice(start, end)),
      ontextentity: (codepoint) => say(String.fromCodePoint(codepoint)),
    },
  );
  tokenizer.write(html);
  tokenizer.end();
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
