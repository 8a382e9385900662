// Leaves out of wikitext what is no running text: comments, references, boxes, tables, files and categories. One pass with
// a stack, so that its time is linear however brackets are nested or left open.

/** Tags whose content is no running text. */
const LEFT_OUT =
  /^(?:ref|references|gallery|math|chem|timeline|syntaxhighlight|source|score|imagemap|templatedata|templatestyles|graph|mapframe|maplink|inputbox|style)$/;
const TAG = /<(\/?)([a-z]{1,20})\b[^<>]{0,2000}>/giy;

/** @returns the text without comments and without elements that hold no running text */
export function withoutElements(wikitext: string): string {
  const pieces: string[] = [];
  const lower = wikitext.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()); // other letters can grow by it
  const neverClosed = new Set<string>();
  let from = 0;
  for (let at = lower.indexOf('<'); at !== -1; at = lower.indexOf('<', at)) {
    let end = at;
    if (lower.startsWith('<!--', at)) {
      const close = neverClosed.has('!--') ? -1 : lower.indexOf('-->', at + 4);
      if (close === -1) neverClosed.add('!--');
      end = close === -1 ? at + 4 : close + 3;
    } else {
      TAG.lastIndex = at;
      const [tag, slash, name] = TAG.exec(lower) ?? [];
      if (tag !== undefined && LEFT_OUT.test(name)) {
        end = at + tag.length;
        const opens = slash === '' && !tag.endsWith('/>') && !neverClosed.has(name);
        const close = opens ? lower.indexOf(`</${name}`, end) : -1;
        if (opens && close === -1) neverClosed.add(name);
        else if (opens) end = close + name.length + 2 + (lower[close + name.length + 2] === '>' ? 1 : 0);
      }
    }
    if (end > at) {
      pieces.push(wikitext.slice(from, at));
      from = end;
    }
    at = Math.max(end, at + 1);
  }
  pieces.push(wikitext.slice(from));
  return pieces.join('');
}

/** A bracket that is open. */
interface Open {
  readonly kind: 'template' | 'table' | 'link';
  readonly start: number;
  /** How many pieces there were before it. */
  readonly pieces: number;
}

/** Templates that are longer, or stand over several lines, are boxes. */
const INLINE_TEMPLATE = 300; // characters

const MARKS = /\{\{|\}\}|\[\[|\]\]|^[ \t:*]{0,8}\{\||^[ \t]{0,8}\|\}(?!\})/gm;
const KINDS = {
  '{{': 'template',
  '}}': 'template',
  '[[': 'link',
  ']]': 'link',
  '{|': 'table',
  '|}': 'table',
} as const;

/**
 * @param isLeftOut whether a link is no text by what stands before its colon, in lower case
 * @returns the text without tables, boxes and the links that are left out, and every bracket of it closed
 */
export function withoutBoxes(text: string, isLeftOut: (prefix: string) => boolean): string {
  const pieces: string[] = [];
  const open: Open[] = [];
  const counts = { template: 0, table: 0, link: 0 };
  let from = 0;

  const isText = ({ kind, start }: Open, end: number): boolean => {
    if (kind === 'table') return false;
    const inside = text.slice(start + 2, Math.min(end, start + 2 + INLINE_TEMPLATE));
    if (kind === 'template') return end - start <= INLINE_TEMPLATE && !inside.includes('\n');
    const prefix = /^([^:|[\]\n]{1,60}):/.exec(inside)?.[1];
    return prefix === undefined || !isLeftOut(prefix.trim().toLowerCase());
  };
  const takeInnermost = (): Open | undefined => {
    const last = open.pop();
    if (last !== undefined) counts[last.kind] -= 1;
    return last;
  };
  /** What was opened and not closed loses its mark alone. */
  const unmark = ({ pieces: at }: Open): void => {
    pieces[at] = pieces[at].slice(2);
  };
  const close = (kind: Open['kind'], end: number): void => {
    for (let last = takeInnermost(); last !== undefined; last = takeInnermost()) {
      if (last.kind !== kind) unmark(last);
      else if (isText(last, end)) return;
      else {
        pieces.length = last.pieces;
        return;
      }
    }
  };

  for (const { 0: found, index } of text.matchAll(MARKS)) {
    const mark = found.slice(-2) as keyof typeof KINDS;
    const kind = KINDS[mark];
    const [start, end] = [index + found.length - 2, index + found.length];
    if (mark === '{{' || mark === '[[' || mark === '{|') {
      pieces.push(text.slice(from, start));
      open.push({ kind, start, pieces: pieces.length });
      counts[kind] += 1;
      from = start;
    } else {
      const isOpen = counts[kind] > 0;
      pieces.push(text.slice(from, isOpen ? end : start));
      from = end;
      if (isOpen) close(kind, end);
    }
  }
  pieces.push(text.slice(from));
  open.forEach(unmark);
  return pieces.join('');
}
