// Debian's packages as judges: the PDF and the HTML of one guide, English and Korean, read as nearly the same text; and Korean
// spelling by the dictionary of hunspell-ko. Both packages are fetched by apt, as a source of a model file fetches them.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { CollectedDocument } from '../../contracts/document.ts';
import { packageSourceSchema } from '../../contracts/model-spec/collection.ts';
import { correctErrors } from '../../contracts/model-spec/correction.ts';
import { createCorrectErrors, undoCorrections } from '../../pipeline/cleaning/correct-errors.ts';
import { htmlToText } from '../../pipeline/cleaning/html-to-text.ts';
import { contentBytes, openDocument } from '../../pipeline/cleaning/working-document.ts';
import { createDocumentReader } from '../../runtimes/documents/read-document.ts';
import { createAnalysers } from '../../runtimes/languages/analysers.ts';
import { createSource } from '../../sources/create-source.ts';
import { collected } from '../unit/pipeline/cleaning/documents.ts';
import { collectAll, temporaryFolder } from '../unit/sources/support.ts';

const FETCHING_MS = 300_000;
const GUIDE = 'usr/share/doc/installation-guide-amd64';

async function fetchPackage(name: string, folder: string, include: string[]): Promise<CollectedDocument[]> {
  const options = { kind: 'package', name: 'files', registry: 'debian', package: name, folder, include };
  const spec = packageSourceSchema.parse({
    ...options,
    ...{ mediaType: 'application/octet-stream', maximumFileBytes: 64 * 1024 * 1024 },
  });
  const stateDirectory = await temporaryFolder();
  const items = await collectAll(createSource(spec, { baseDirectory: '/', stateDirectory }));
  return items.flatMap((item) => ('document' in item ? [item.document] : []));
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** @returns the share of the runs of so many words of a text that another has, each as often */
function shareFound(of: readonly string[], within: readonly string[], length: number): number {
  const runs = (words: readonly string[]): string[] =>
    words.slice(0, words.length + 1 - length).map((_, at) => words.slice(at, at + length).join(' '));
  const left = new Map<string, number>();
  for (const run of runs(within)) left.set(run, (left.get(run) ?? 0) + 1);
  let found = 0;
  for (const run of runs(of)) {
    const count = left.get(run) ?? 0;
    if (count > 0) found += 1;
    left.set(run, count - 1);
  }
  return found / Math.max(1, of.length + 1 - length);
}

describe("Debian's guide to installation", () => {
  const reader = createDocumentReader();
  afterAll(() => reader.close());

  it.each([
    ['en', { words: 0.985, pairs: 0.97 }],
    ['ko', { words: 0.97, pairs: 0.955 }],
  ])(
    'reads alike as PDF and as HTML, %s',
    async (language, least) => {
      const own = await fetchPackage('installation-guide-amd64', GUIDE, [
        `${language}/*.html`,
        `${language}/*.pdf.gz`,
      ]);
      const packed = own.find(({ id }) => id.endsWith('.pdf.gz'));
      if (packed === undefined) throw new Error('no PDF');
      const read = await reader.read(gunzipSync(contentBytes(packed.content)), 'pdf');
      if ('reason' in read) throw new Error(read.reason);
      // The Korean PDF has `b''` around each syllable of its listings, whatever reads it.
      const pdf = wordsOf(read.text.replace(/^.*b ?’ ’.*$/gm, ''));
      const pages = own
        .filter(({ id }) => id.endsWith('.html') && !id.endsWith('/index.html'))
        .map(({ content }) => Buffer.from(contentBytes(content)).toString('utf8'));
      const prose = pages.map((page) =>
        page
          .replace(/<pre[^]*?<\/pre>/g, '')
          .replace(/<div class="(?:toc|navheader|navfooter)">[^]*?<\/div>/g, ''),
      );
      const html = wordsOf(prose.map((page) => htmlToText(page)).join('\n'));
      expect(html.length).toBeGreaterThan(30_000);
      expect(shareFound(html, pdf, 1)).toBeGreaterThan(least.words);
      expect(shareFound(html, pdf, 2)).toBeGreaterThan(least.pairs); // words in their order, with their spaces
      expect(shareFound(pdf, wordsOf(pages.map((page) => htmlToText(page)).join('\n')), 1)).toBeGreaterThan(
        0.9,
      );
    },
    FETCHING_MS,
  );
});

describe("the dictionary of Debian's hunspell-ko", () => {
  it(
    'corrects what is misspelt, leaves what is right, and can be taken back',
    async () => {
      const folder = await temporaryFolder();
      for (const { id, content } of await fetchPackage('hunspell-ko', 'usr/share/hunspell', ['ko.*']))
        await writeFile(join(folder, basename(id)), contentBytes(content));
      const frequencies = join(folder, 'words.txt');
      await writeFile(frequencies, '학교에서 40\n사용합니다 90\n있습니다 300\n있읍시다 2\n파일을 60\n');
      const spec = {
        step: 'correct-errors',
        language: 'ko',
        dictionary: { path: join(folder, 'ko'), frequencies },
      };
      const correct = createCorrectErrors(correctErrors.parse(spec), createAnalysers());
      const text = '햑교에서 파일를 사용함니다. 공원에 갔고 설명이 있읍니다. 됬다!';
      const verdict = await correct(openDocument(collected(text)));
      expect(verdict).toMatchObject({
        text: '학교에서 파일을 사용합니다. 공원에 갔고 설명이 있습니다. 됐다!',
        counts: { spelling: 4, corrections: 1 },
      });
      if (verdict.decision === 'change')
        expect(undoCorrections(verdict.text, verdict.corrections ?? [])).toBe(text);
    },
    FETCHING_MS,
  );
});
