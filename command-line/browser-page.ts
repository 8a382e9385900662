// What a page needs beside a version's files: one script that opens them, and a page to try it in.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const sources = fileURLToPath(new URL('../runtimes/browser/', import.meta.url));

/** Mails are read with streams of Node; a page is asked about texts. */
const withoutMails: Plugin = {
  name: 'without-mails',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@zone-eu\/mailsplit$/ }, ({ path }) => ({ path, namespace: 'without-mails' }));
    onLoad({ filter: /./, namespace: 'without-mails' }, () => ({
      contents: 'export class Splitter { constructor() { throw new Error("a page reads no mails"); } }',
    }));
  },
};

/** @returns the names of the files that it wrote */
export async function writeBrowserPage(directory: string): Promise<string[]> {
  return [...(await bundleForBrowser('main.ts', directory)), ...(await copyPage(directory))];
}

/** @param entry of runtimes/browser/ @returns the names of the files that it wrote */
export async function bundleForBrowser(entry: string, directory: string): Promise<string[]> {
  await build({
    entryPoints: [join(sources, entry)],
    outfile: join(directory, 'coppice.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'linked',
    plugins: [withoutMails],
    logLevel: 'silent',
  });
  return ['coppice.js', 'coppice.js.LEGAL.txt'];
}

/** The page in which a model is tried. @returns the name of its file */
export async function copyPage(directory: string): Promise<string[]> {
  await copyFile(join(sources, 'index.html'), join(directory, 'index.html'));
  return ['index.html'];
}
