// By a dictionary of six words in Hunspell's format, through Hunspell itself.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModelFile } from '../../../../../client/model-file.ts';
import { correctErrors } from '../../../../../contracts/model-spec/correction.ts';
import { createCorrectErrors, undoCorrections } from '../../../../../pipeline/cleaning/correct-errors.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();
let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-dictionary-'));
  path = join(folder, 'ko');
  await writeFile(`${path}.aff`, 'SET UTF-8\nSFX E Y 2\nSFX E 0 을 .\nSFX E 0 에 .\n');
  await writeFile(`${path}.dic`, '4\n파일/E\n파이를\n있습니다\n있읍시다\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function run(text: string, options: object = {}) {
  const { dictionary, ...rest } = { dictionary: {}, ...options };
  const spec = { step: 'correct-errors', language: 'ko', dictionary: { path, ...dictionary }, ...rest };
  const verdict = await createCorrectErrors(
    correctErrors.parse(spec),
    analysers,
  )(openDocument(collected(text)));
  return verdict.decision === 'change' ? verdict : { text, corrections: [], counts: {} };
}

describe('correct-errors, Korean spelling', () => {
  it('corrects an eojeol where the document has one that differs by a jamo three times as often', async () => {
    const text = '파일을, 파일을 또 파일을 파일에. 파일를 하지 안는다';
    const verdict = await run(text);
    expect(verdict.text).toBe('파일을, 파일을 또 파일을 파일에. 파일을 하지 않는다');
    expect(verdict.counts).toEqual({ corrections: 1, spelling: 1 });
    expect(undoCorrections(verdict.text, verdict.corrections ?? [])).toBe(text);
  });

  it('leaves what nothing speaks for, what is as frequent, what is right, code and quotations', async () => {
    const thrice = '파일을 파일을 파일을';
    for (const text of [
      '파일를',
      '파일을 파일를',
      `${thrice} 파일를 파일를`,
      `${thrice} "파일를" \`파일를\``,
      `${thrice} 파일를.txt a파일를`,
    ])
      expect((await run(text)).text).toBe(text);
    expect((await run(`${thrice} 파일를`, { keep: ['파일를'] })).text).toBe(`${thrice} 파일를`);
    expect((await run(`파일에 파알에 ${thrice} 파일를`, { maximumLookups: 1 })).text).toBe(
      `파일에 파알에 ${thrice} 파일를`,
    );
  });

  it('decides among several by a list of frequencies', async () => {
    const frequencies = join(folder, 'words.txt');
    await writeFile(frequencies, '있습니다 90\n있읍시다 3\n\nno count\n');
    expect((await run('여기 있읍니다', { dictionary: { frequencies } })).text).toBe('여기 있습니다');
    await writeFile(frequencies, '있습니다 8\n있읍시다 3');
    expect((await run('여기 있읍니다', { dictionary: { frequencies } })).text).toBe('여기 있읍니다');
  });

  it('says what is missing, or has changed since', async () => {
    await expect(run('글', { dictionary: { path: join(folder, 'none') } })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('hunspell-ko') as string,
    });
    const digest = `sha256:${'0'.repeat(64)}`;
    await expect(run('글', { dictionary: { digest } })).rejects.toThrow('apply it again');
  });

  it('is named with its digest when a model file is loaded', async () => {
    const modelFile = async (dictionary: object) => {
      const file = join(folder, `${Math.random()}.mjs`);
      const spec = {
        ...{ name: 'topics', task: 'text-classification' },
        collection: { sources: [{ kind: 'files', name: 'pages', path: '/pages' }] },
        cleaning: { steps: [{ step: 'correct-errors', language: 'ko', dictionary }] },
      };
      await writeFile(file, `export default ${JSON.stringify(spec)};`);
      return loadModelFile(file);
    };
    const { cleaning } = await modelFile({ path: 'ko' });
    const [step] = cleaning.steps;
    if (step.step !== 'correct-errors') throw new Error('another step');
    expect(step.dictionary).toMatchObject({ path, digest: expect.stringMatching(/^sha256:/) as string });
    expect((await createCorrectErrors(step, analysers)(openDocument(collected('글')))).decision).toBe('keep');
    await expect(modelFile({ path: 'none' })).rejects.toThrow(
      'cleaning.steps.0.dictionary.path: expected a dictionary of Hunspell',
    );
  });

  it('takes a third of a megabyte of what hurts', async () => {
    for (const text of ['가나', '뷁뷁뷁뷁 ', '"', '파일를 ', '한'.repeat(20)]) {
      const whole = text.repeat(300_000 / text.length);
      const { text: corrected, corrections } = await run(whole);
      expect(undoCorrections(corrected, corrections ?? [])).toBe(whole);
    }
  }, 60_000);
});
