// The regular expressions of folders of ours: those that stand in their code, and those that are made when it is loaded or
// asked for.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

export interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

export async function filesBelow(...folders: readonly string[]): Promise<string[]> {
  const listed = folders.map(async (folder) => {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
  });
  return (await Promise.all(listed)).flat().sort();
}

/** @returns the literals of a file */
export async function patternsIn(file: string): Promise<Pattern[]> {
  const code = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(code);
  return found;
}

/** @returns how often a file makes a pattern of text */
export async function countMade(file: string): Promise<number> {
  return (await readFile(file, 'utf8')).split('new RegExp(').length - 1;
}

/**
 * Notes the patterns that are made of text from now on, by whom.
 * @returns what was noted, as a list that grows, and what ends it
 */
export function watchMade() {
  const made: Pattern[] = [];
  const original = globalThis.RegExp;
  const root = `${resolve('.')}/`;
  globalThis.RegExp = new Proxy(original, {
    construct: (target, given: [string | RegExp, string?]) => {
      const pattern = new target(...given);
      const by = new Error().stack?.split('\n').at(2) ?? '';
      const file = /((?:sources|pipeline|contracts)\/[\w./-]+\.ts)/.exec(by)?.[1];
      if (file !== undefined && by.includes(`${root}${file}`))
        made.push({ file, source: pattern.source, flags: pattern.flags });
      return pattern;
    },
  });
  return { made, end: () => void (globalThis.RegExp = original) };
}

/** Loads files as a process would. */
export async function load(files: readonly string[]): Promise<void> {
  for (const file of files) await import(pathToFileURL(resolve(file)).href);
}
