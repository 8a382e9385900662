// Pages whose generators mark where the main text stands: help of LibreOffice, Debian's installation guide and handbook,
// Python's documentation. The mark says what an extractor should find, and is taken off before one sees the page.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { htmlToText } from '../../pipeline/cleaning/html-to-text.ts';
import { cacheFolder, exists, publishFolder, withUnfinishedFolder } from '../../setup/cache.mjs';
import { runCommand } from '../../setup/command.mjs';

export interface AnnotatedPage {
  readonly set: string;
  readonly name: string;
  readonly html: string;
  /** What the marked part says. */
  readonly text: string;
}

/** What is used here of the tree that linkedom makes. */
interface PageElement {
  readonly outerHTML: string;
  readonly textContent: string;
  readonly children: Iterable<PageElement>;
  readonly querySelectorAll: (selector: string) => Iterable<PageElement>;
  readonly removeAttribute: (name: string) => void;
  readonly toString: () => string;
}

interface Collection {
  readonly set: string;
  readonly package: string;
  readonly folder: string;
  /** The element that holds the main text, or what stands around it in the body. */
  readonly mark: { readonly within: string } | { readonly around: string };
}

const help = 'usr/share/libreoffice/help';
const guide = 'usr/share/doc/installation-guide-amd64';
const handbook = 'usr/share/doc/debian-handbook/html';
const collections: readonly Collection[] = [
  ...['ko', 'en-us'].map((language) => ({
    ...{ set: `help ${language}`, package: `libreoffice-help-${language}` },
    ...{ folder: `${help}/${language === 'ko' ? 'ko' : 'en-US'}/text`, mark: { within: '#DisplayArea' } },
  })),
  ...['ko', 'en'].map((language) => ({
    ...{ set: `guide ${language}`, package: 'installation-guide-amd64', folder: `${guide}/${language}` },
    mark: { around: '.navheader, .navfooter' },
  })),
  ...['ko-KR', 'en-US'].map((language) => ({
    ...{ set: `handbook ${language}`, package: 'debian-handbook', folder: `${handbook}/${language}` },
    mark: { around: '#banner, #title, .docnav' },
  })),
  {
    ...{ set: 'python', package: 'python3.11-doc', folder: 'usr/share/doc/python3.11/html' },
    mark: { within: '[role=main]' },
  },
];

/** Attributes by which an extractor could know the mark. */
const TELLING = ['id', 'class', 'role', 'itemprop', 'itemscope', 'itemtype'];
const PAGES = 60; // of a collection
const WORDS = 50; // fewer are no text
const LINKED = 0.5; // share of characters in links from which a page is a list of links

/** @returns the page without its mark, and what the mark said; nothing for a page that holds no text */
function annotate(html: string, mark: Collection['mark']): Pick<AnnotatedPage, 'html' | 'text'> | undefined {
  const { document } = parseHTML(html) as unknown as { document: unknown };
  const page = document as PageElement & { readonly body: PageElement };
  const marked = [...page.querySelectorAll('within' in mark ? mark.within : mark.around)];
  const parts =
    'within' in mark
      ? marked.slice(0, 1)
      : [...page.body.children].filter((child) => !marked.includes(child));
  const text = htmlToText(parts.map((part) => part.outerHTML).join('\n'));
  const links = parts.flatMap((part) => [...part.querySelectorAll('a[href]')]);
  const linked = links.reduce((sum, link) => sum + link.textContent.length, 0);
  if (text.split(/\s+/).length < WORDS || linked > text.length * LINKED) return undefined;
  for (const element of marked) for (const name of TELLING) element.removeAttribute(name);
  return { html: page.toString(), text };
}

async function readCollection({ set, folder, mark }: Collection, unpacked: string): Promise<AnnotatedPage[]> {
  const root = join(unpacked, folder);
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.html'));
  const place = (name: string): string => createHash('sha256').update(name).digest('hex');
  const pages: AnnotatedPage[] = [];
  for (const name of names.sort((a, b) => (place(a) < place(b) ? -1 : 1))) {
    if (pages.length === PAGES) break;
    const page = annotate(await readFile(join(root, name), 'utf8'), mark);
    if (page !== undefined) pages.push({ set, name, ...page });
  }
  return pages;
}

async function unpack(name: string, folder: string): Promise<string> {
  await runCommand('apt-get', ['download', name], { cwd: folder });
  const archive = (await readdir(folder)).find((it) => it.startsWith(`${name}_`));
  if (archive === undefined) throw new Error(`apt-get brought no ${name}`);
  await runCommand('dpkg', ['-x', archive, name], { cwd: folder });
  return join(folder, name);
}

/** Fetches once into the cache. @returns the path of a file with a page a line */
export async function fetchAnnotatedPages(): Promise<string> {
  const cache = cacheFolder(process.env);
  const place = join(cache, 'bench', 'annotated-pages-1');
  if (!exists(place)) {
    await publishFolder(cache, async (folder) => {
      const pages: AnnotatedPage[] = [];
      await withUnfinishedFolder(cache, async (packages) => {
        const unpacked = new Map<string, string>();
        for (const collection of collections) {
          const { package: name } = collection;
          const found = unpacked.get(name) ?? (await unpack(name, packages));
          unpacked.set(name, found);
          pages.push(...(await readCollection(collection, found)));
        }
      });
      await writeFile(join(folder, 'pages.jsonl'), pages.map((page) => `${JSON.stringify(page)}\n`).join(''));
      return { result: undefined, place };
    });
  }
  return join(place, 'pages.jsonl');
}
