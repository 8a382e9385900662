// A light tree of a page: blocks, links and text, without scripts, fields of forms and inline markup. One pass over the tokens; bounded
// in depth, whatever the markup says, so that what walks it may recurse.
import type { TokenizerCallbacks } from 'htmlparser2';
import { Tokenizer } from 'htmlparser2';

/** Nested deeper than any page that people read; what lies deeper is taken as if it stood at this depth. */
const DEEPEST = 100;
const LONGEST_LABEL = 300; // characters of classes and id
const HIDDEN = /display\s{0,5}:\s{0,5}none/i;

const words = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const BREAKS = words('br hr');
const SILENT = words(
  'script style template noscript svg math iframe object canvas audio video map head title button select textarea datalist ' +
    'dialog menu label legend rt rp',
);
const READ = words(
  'main article section div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd pre blockquote table tbody thead tfoot tr td th caption ' +
    'figure figcaption details summary center header footer nav aside address form fieldset a',
);
/** Where one of these opens, those are closed that are innermost (HTML standard, 13.1.2.4). */
const CLOSED_BY: Readonly<Partial<Record<string, ReadonlySet<string>>>> = {
  li: words('li p'),
  dt: words('dt dd p'),
  dd: words('dt dd p'),
  tr: words('tr td th p'),
  td: words('td th p'),
  th: words('td th p'),
};
/** Of those that are read, these may stand in a paragraph. */
const IN_PARAGRAPH = words('a');
const TELLING = words('class id role hidden aria-hidden style itemprop');

export interface PageNode {
  readonly tag: string;
  /** Its classes and its id. */
  readonly label: string;
  readonly role: string;
  readonly itemprop: string;
  /** Text has its line breaks, and white space folded otherwise. */
  readonly children: (PageNode | string)[];
  /** Characters of text within it, and those of them that stand in links. */
  textLength: number;
  linkLength: number;
}

type Attributes = ReadonlyMap<string, string>;

function createNode(tag: string, attributes: Attributes): PageNode {
  const label = `${attributes.get('class') ?? ''} ${attributes.get('id') ?? ''}`;
  return {
    tag,
    label: label.trim().slice(0, LONGEST_LABEL),
    role: (attributes.get('role') ?? '').toLowerCase(),
    itemprop: (attributes.get('itemprop') ?? '').toLowerCase(),
    children: [],
    ...{ textLength: 0, linkLength: 0 },
  };
}

function isHidden(attributes: Attributes): boolean {
  if (attributes.has('hidden') || attributes.get('aria-hidden') === 'true') return true;
  return HIDDEN.test((attributes.get('style') ?? '').slice(0, LONGEST_LABEL));
}

/** Puts nodes and text in their places. */
class TreeBuilder {
  readonly #stack: PageNode[] = [createNode('body', new Map())];
  #pieces: string[] = [];
  #wantsSpace = false;
  /** The open elements from the silent one on. */
  #silent: string[] = [];
  /** Open elements that lie too deep for nodes of their own. */
  #beyond = 0;

  get #top(): PageNode {
    return this.#stack[this.#stack.length - 1];
  }

  say(text: string): void {
    if (this.#silent.length > 0) return;
    for (const [at, part] of text.split(/\s+/).entries()) {
      this.#wantsSpace ||= at > 0;
      if (part === '') continue;
      this.#pieces.push(this.#wantsSpace ? ` ${part}` : part);
      this.#wantsSpace = false;
    }
  }

  open(tag: string, attributes: Attributes): void {
    const isRead = READ.has(tag);
    const isSilent = SILENT.has(tag) || (isRead && isHidden(attributes));
    if (this.#silent.length > 0) {
      if ((isRead || isSilent) && this.#silent.length < DEEPEST) this.#silent.push(tag);
    } else if (BREAKS.has(tag)) this.#pieces.push('\n');
    else if (isSilent) this.#silent = [tag];
    else if (isRead) this.#push(tag, attributes);
  }

  #push(tag: string, attributes: Attributes): void {
    const isClosed = (top: string): boolean =>
      CLOSED_BY[tag]?.has(top) === true || (top === 'p' && !IN_PARAGRAPH.has(tag));
    while (isClosed(this.#top.tag)) this.#pop();
    if (this.#stack.length >= DEEPEST) {
      this.#beyond += 1;
      return;
    }
    if (tag !== 'a') this.#wantsSpace = false;
    else if (this.#wantsSpace) this.#pieces.push(' ');
    this.#wantsSpace = false;
    this.#flush();
    this.#stack.push(createNode(tag, attributes));
  }

  close(tag: string): void {
    if (this.#silent.length > 0) {
      const at = this.#silent.lastIndexOf(tag);
      if (at >= 0) this.#silent.length = at;
      // What holds the silent element ends, so it ends too.
      else if (READ.has(tag) && this.#stack.some((node) => node.tag === tag)) this.#silent = [];
      if (at >= 0 || this.#silent.length > 0) return;
    }
    if (!READ.has(tag)) return;
    if (this.#beyond > 0) {
      this.#beyond -= 1;
      return;
    }
    const at = this.#stack.findLastIndex((node) => node.tag === tag);
    if (at > 0) while (this.#stack.length > at) this.#pop();
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#top.children.push(text);
    this.#top.textLength += text.length;
    if (this.#top.tag === 'a') this.#top.linkLength += text.length;
  }

  #pop(): void {
    this.#flush();
    const node = this.#stack.pop();
    if (node === undefined) return;
    if (node.tag !== 'a') this.#wantsSpace = false;
    if (node.textLength === 0) return;
    const parent = this.#top;
    parent.children.push(node);
    parent.textLength += node.textLength;
    parent.linkLength += parent.tag === 'a' ? node.textLength : node.linkLength;
  }

  end(): PageNode {
    while (this.#stack.length > 1) this.#pop();
    this.#flush();
    return this.#top;
  }
}

const nothing = (): void => undefined;
const unheard = {
  ...{ oncdata: nothing, oncomment: nothing, ondeclaration: nothing, onend: nothing },
  onprocessinginstruction: nothing,
} satisfies Partial<TokenizerCallbacks>;

/** Reads a page. Time and memory grow with the length of the markup alone. @returns its body */
export function readPage(html: string): PageNode {
  const builder = new TreeBuilder();
  let [tag, attribute, value] = ['', '', ''];
  let attributes = new Map<string, string>();
  const name = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const open = (): void => builder.open(tag, attributes);
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...unheard,
      onopentagname: (start, end) => {
        tag = name(start, end);
        attributes = new Map();
      },
      onattribname: (start, end) => {
        attribute = name(start, end);
        value = '';
      },
      onattribdata: (start, end) => {
        if (TELLING.has(attribute)) value += html.slice(start, end);
      },
      onattribentity: (codepoint) => {
        if (TELLING.has(attribute)) value += String.fromCodePoint(codepoint);
      },
      onattribend: () => {
        if (TELLING.has(attribute) && !attributes.has(attribute)) attributes.set(attribute, value);
      },
      ...{ onopentagend: open, onselfclosingtag: open },
      onclosetag: (start, end) => builder.close(name(start, end)),
      ontext: (start, end) => builder.say(html.slice(start, end)),
      ontextentity: (codepoint) => builder.say(String.fromCodePoint(codepoint)),
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return builder.end();
}
