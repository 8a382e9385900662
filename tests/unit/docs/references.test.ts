// What the documents say is held against the code: a verb, a variable, a metric or a failure that is added without its
// row fails here, and so does a link that leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { failures } from '../../../contracts/failures.ts';
import { alertNames, metricDefinitions } from '../../../contracts/metrics.ts';
import { servers } from '../../../setup/versions.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((it) => it[1]);
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** The first cells of a document's tables, without what follows the first word: `run <spec>` → `run`. */
const rows = (path: string): string[] => matches(read(path), /^\| `([\w-]+)[^`]*` \|/gm);

describe('docs/reference', () => {
  it('lists every verb of the command line and no other', () => {
    const folder = 'command-line/commands';
    const sources = readdirSync(join(root, folder)).map((name) => read(`${folder}/${name}`));
    const verbs = sources.flatMap((source) => [
      ...matches(source, /program\s*\.command\('([\w-]+)'\)/g),
      ...matches(source, /^ {4}name: '([\w-]+)',$/gm),
    ]);
    expect(verbs.length).toBeGreaterThan(20);
    expect(sorted(rows('docs/reference/command-line.md'))).toEqual(sorted(verbs));
  });

  it('lists every option of the command line', () => {
    const folder = 'command-line/commands';
    const options = readdirSync(join(root, folder)).flatMap((name) =>
      matches(read(`${folder}/${name}`), /ption\('(--[\w-]+)/g),
    );
    const page = read('docs/reference/command-line.md');
    expect(sorted(options).filter((option) => !page.includes(option))).toEqual([]);
  });

  it('lists every variable of settings with its default', () => {
    const page = new Map(
      [...read('docs/reference/settings.md').matchAll(/^\| `([A-Z_]+)` \| (\S+) \|/gm)].map((it) => [
        it[1],
        it[2],
      ]),
    );
    const schema = read('settings/settings.ts').matchAll(/^ {2}([A-Z][A-Z_]+): ([^\n]+),$/gm);
    const declared = [...schema].map(([, name, type]) => ({
      name,
      default: /default\('?([^')]*)'?\)/.exec(type)?.[1],
    }));
    expect(declared.length).toBeGreaterThan(15);
    for (const { name, default: value } of declared) {
      expect([name, page.get(name)]).toEqual([name, value === undefined ? '—' : `\`${value}\``]);
    }
  });

  it('lists every variable that set-up reads', () => {
    const page = read('docs/reference/settings.md');
    const variables = [...Object.values(servers).map(({ variable }) => variable), 'COPPICE_CACHE'];
    expect(variables.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it.each([
    [
      'gateway-api.md',
      [
        'serving/http-server.ts',
        'serving/classification-route.ts',
        'serving/completion-route.ts',
        'serving/chat-route.ts',
        'serving/embedding-route.ts',
        'serving/batches/batch-routes.ts',
        'serving/feedback-route.ts',
      ],
    ],
    [
      'control-api.md',
      [
        'control/server.ts',
        ...readdirSync(join(root, 'control')).flatMap((name) =>
          name.endsWith('-routes.ts') ? [`control/${name}`] : [],
        ),
      ],
    ],
  ])('lists in %s every route of %s and no other', (page, sources) => {
    const served = [
      ...sources
        .map(read)
        .join('\n')
        .matchAll(/server\.(get|post|delete)\('([^']+)'/g),
    ].map(([, method, path]) => `${method.toUpperCase()} ${path}`);
    expect(served.length).toBeGreaterThan(5);
    const listed = matches(read(`docs/reference/${page}`), /((?:GET|POST|DELETE) \/[\w/:.-]*)/g);
    expect(sorted(listed)).toEqual(sorted(served));
  });

  it('lists every metric with its type, its labels and its meaning, and no other', () => {
    const page = read('docs/reference/metrics.md');
    const definitions = Object.values(metricDefinitions);
    const expected = definitions.map(({ name, type, labels, help }) => {
      const words = labels.map((label) => `\`${label}\``).join(' ') || '—';
      return `| \`${name}\` | ${type} | ${words} | ${help} |`;
    });
    expect(expected.filter((row) => !page.includes(row))).toEqual([]);
    expect(matches(page, /^\| `(coppice_\w+)` \|/gm)).toHaveLength(definitions.length);
    expect(Object.values(alertNames).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('lists every failure type as the table in contracts has it', () => {
    const page = read('docs/reference/failures.md');
    const expected = Object.entries(failures).map(
      ([type, { retries, consequence }]) => `| \`${type}\` | ${retries ? 'yes' : 'no'} | ${consequence} |`,
    );
    expect(expected.filter((row) => !page.includes(row))).toEqual([]);
    expect(matches(page, /^\| `(\w+)` \| (?:yes|no) \|/gm)).toHaveLength(expected.length);
  });
});

describe('documents', () => {
  it('contain no relative link that leads nowhere', () => {
    const broken = documents().flatMap((path) =>
      matches(read(path), /\]\(([^)\s]+)\)/g)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(documents().length).toBeGreaterThan(15);
    expect(broken).toEqual([]);
  });
});

/** All Markdown files at the root and under docs/. */
function documents(): string[] {
  const top = readdirSync(root).map((name) => join(root, name));
  const below = readdirSync(join(root, 'docs'), { recursive: true }).map((name) =>
    join(root, 'docs', name.toString()),
  );
  return [...top, ...below].filter((path) => path.endsWith('.md')).map((path) => relative(root, path));
}

/** Whether a file is there, and in it a heading of the anchor's name. */
function leadsSomewhere(from: string, target: string): boolean {
  const [path] = target.split('#');
  const anchor = target.split('#').at(1);
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  const headings = matches(read(file), /^#+ (.+)$/gm);
  return headings.some((heading) => slug(heading) === anchor);
}

/** As GitHub makes anchors from headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
