// The process of Kiwi, with a stand-in for the library, which does not come with Coppice and needs a gigabyte: what is asked,
// what is answered, and what becomes of questions when it fails or ends.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSplitSentences } from '../../../../pipeline/cleaning/language/sentences.ts';
import { createSplitMorphemes } from '../../../../pipeline/cleaning/split-morphemes.ts';
import { openDocument } from '../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../runtimes/languages/analysers.ts';
import { startKorean } from '../../../../runtimes/languages/korean.ts';
import { collected } from '../../pipeline/cleaning/documents.ts';

// The shape of kiwi-nlp 0.23: spans count bytes of UTF-8; syllables pass as morphemes, nouns but for 는.
const standIn = `
exports.KiwiBuilder = { create: async () => ({ build: async ({ modelFiles }) => ({
  tokenize(text) {
    if (text === 'fail') throw new Error('no such word');
    if (text === 'die') process.exit(3);
    if (!('default.dict' in modelFiles)) throw new Error('no dictionary');
    return [...text].map((str, position) => ({ str, position, length: 1, tag: str === '는' ? 'JX' : 'NNG' }))
      .filter(({ str }) => str !== ' ');
  },
  splitIntoSents: (text) => {
    const end = Buffer.byteLength(text.slice(0, text.indexOf('.') + 1));
    return { spans: [{ start: 0, end }, { start: end + 1, end: Buffer.byteLength(text) }] };
  },
}) }) };`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-kiwi-'));
  await mkdir(join(folder, 'node_modules', 'kiwi-nlp'), { recursive: true });
  await mkdir(join(folder, 'kiwipiepy_model'));
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'node_modules', 'kiwi-nlp', 'index.js'), standIn);
  await writeFile(join(folder, 'kiwipiepy_model', 'default.dict'), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('Korean by Kiwi', () => {
  it('says what to install where it is missing', async () => {
    await expect(startKorean(join(folder, 'missing'))).rejects.toThrow('node setup/kiwi.mjs');
  });

  it('parts words into morphemes line by line, of all tags or of some', async () => {
    const analysers = { ...createAnalysers(), korean: () => startKorean(folder) };
    const run = async (tags: string[]) =>
      createSplitMorphemes(
        { step: 'split-morphemes', tags },
        analysers,
      )(openDocument(collected('나는 공원\n갔다')));
    expect(await run([])).toEqual({ decision: 'change', text: '나 는 공 원\n갔 다' });
    expect(await run(['N', 'V'])).toEqual({ decision: 'change', text: '나 공 원\n갔 다' });
  });

  it('parts sentences where its spans say, counted in bytes', async () => {
    const analysers = { ...createAnalysers(), korean: () => startKorean(folder) };
    const split = createSplitSentences({ language: 'ko', by: 'kiwi' }, analysers);
    expect(await split('공원에 갔다. 좋았다')).toEqual(['공원에 갔다.', '좋았다']);
  });

  it('answers other questions when one fails, and fails all that wait when the process ends', async () => {
    const { morphemes } = await startKorean(folder);
    const answers = await Promise.allSettled([morphemes('fail'), morphemes('가')]);
    expect(answers).toMatchObject([
      { reason: { message: 'Kiwi: Error: no such word' } },
      { status: 'fulfilled' },
    ]);
    await expect(Promise.all([morphemes('die'), morphemes('가')])).rejects.toThrow('has ended: exit code 3');
    await expect(morphemes('가')).rejects.toThrow('has ended');
  });
});
