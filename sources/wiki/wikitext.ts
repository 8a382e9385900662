// Wikitext to plain text: what our own scan leaves of it goes line by line to wtf_wikipedia, in pieces so short that its
// time, which grows with the square of hostile text, stays bounded.
import { setImmediate } from 'node:timers/promises';
import wtf from 'wtf_wikipedia';
import { withoutBoxes, withoutElements } from './bracket-scan.ts';

/** Names of the namespaces of files and categories in English and Korean, in lower case; a wiki adds its own. */
export const leftOutNamespaces: readonly string[] = ['file', 'image', 'category', '파일', '그림', '분류'];

const LONGEST_PIECE = 1_000; // characters
const BREATHE_MS = 25;
const LANGUAGE = /^[a-z]{2,3}(?:-[a-z]{2,10})?$/; // a link to the same page elsewhere
const REDIRECT = /^\s{0,100}#(?:redirect|넘겨주기)\s{0,10}:?\s{0,10}\[\[/i;

/** @returns whether a page only leads to another */
export function isRedirect(wikitext: string): boolean {
  return REDIRECT.test(wikitext);
}

/** Splits a line at spaces outside links, so that every piece can be read by itself. */
function* piecesOf(line: string): Generator<string> {
  let [begin, space, depth] = [0, -1, 0];
  for (let at = 0; at < line.length; at += 1) {
    if (line.startsWith('[[', at) || line.startsWith('{{', at)) depth += 1;
    else if (line.startsWith(']]', at) || line.startsWith('}}', at)) depth = Math.max(0, depth - 1);
    else if (line[at] === ' ' && depth === 0) space = at;
    if (at - begin + 1 < LONGEST_PIECE) continue;
    const end = space > begin ? space : at;
    yield line.slice(begin, end + 1);
    [begin, depth] = [end + 1, 0];
  }
  yield line.slice(begin);
}

function readPiece(piece: string): string {
  const bare = piece
    .replace(/'{2,5}|__[A-Z]{3,20}__/g, '')
    .replace(/<\/?[a-z]{1,12}(?:\s[^<>]{0,200})?\/?>/gi, '');
  if (!/[[{&]/.test(bare)) return bare;
  return wtf(bare)
    .text()
    .replace(/\([\s,;:·]{0,20}\)/g, '') // whose template was left out
    .replace(/\([\s,;:·]{1,20}/g, '(')
    .replaceAll('\n', ' ');
}

/** What a line is beside its text. */
interface Line {
  readonly text: string;
  /** Of a heading, how deep it stands. */
  readonly level?: number;
  readonly bullet?: boolean;
}

function readLine(line: string): Line | undefined {
  const trimmed = line.trim();
  if (/^-{4}/.test(trimmed)) return undefined;
  const equals = /^={1,6}/.exec(trimmed)?.[0] ?? '';
  if (equals !== '' && trimmed.length > 2 * equals.length && trimmed.endsWith(equals))
    return { text: trimmed.slice(equals.length, -equals.length).trim(), level: equals.length };
  const marks = /^[*#:;]{1,20}/.exec(trimmed)?.[0] ?? '';
  return { text: trimmed.slice(marks.length).trim(), bullet: /[*#]/.test(marks) };
}

/** Headings under which nothing stands are left out, and lines that follow each other without text. */
function assemble(lines: readonly Line[]): string {
  const kept: string[] = [];
  let headings: Line[] = [];
  for (const line of lines) {
    if (line.level !== undefined) {
      const { level } = line;
      headings = [...headings.filter((above) => (above.level ?? 0) < level), line];
      continue;
    }
    if (line.text === '') {
      if (kept.at(-1) !== '' && kept.length > 0) kept.push('');
      continue;
    }
    for (const { text } of headings.splice(0)) {
      if (kept.length > 0 && kept.at(-1) !== '') kept.push('');
      kept.push(text, '');
    }
    kept.push(line.bullet === true ? `- ${line.text}` : line.text);
  }
  return kept.join('\n').trim();
}

/**
 * Reads the running text of a page.
 * @param namespaces names of the wiki's own namespaces of files and categories, in lower case
 * @returns headings, paragraphs and lists; without boxes, tables, references, files and categories
 */
export async function wikitextToText(wikitext: string, namespaces: ReadonlySet<string>): Promise<string> {
  const isLeftOut = (prefix: string): boolean => namespaces.has(prefix) || LANGUAGE.test(prefix);
  const running = withoutBoxes(withoutElements(wikitext), isLeftOut);
  const lines: Line[] = [];
  let since = performance.now();
  for (const written of running.split('\n')) {
    const line = readLine(written);
    if (line === undefined) continue;
    const pieces: string[] = [];
    for (const piece of piecesOf(line.text)) {
      pieces.push(readPiece(piece));
      if (performance.now() - since < BREATHE_MS) continue;
      await setImmediate();
      since = performance.now();
    }
    const text = pieces
      .join(' ')
      .replace(/[ \t\u00a0]{2,}/g, ' ')
      .trim();
    lines.push({ ...line, text });
  }
  return assemble(lines);
}
