// The verbs as they are called: a filter is trained on mails, and measured on others.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModelFile } from '../../../client/model-file.ts';
import { corpusNames, readCorpusMails } from '../../../examples/mail-filter/corpus.ts';
import { requestRecipe } from '../../../pipeline/cleaning/recipe.ts';

const coppice = fileURLToPath(new URL('../../../bin/coppice.mjs', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-filter-'));
  const names = (await corpusNames()).filter((_, at) => at % 10 === 0);
  const { clean } = requestRecipe([{ step: 'decode-mail' }, { step: 'strip-html' }]);
  const lines: string[] = [];
  for (const { label, bytes } of await readCorpusMails(names)) {
    const data = Buffer.from(bytes).toString('base64');
    const cleaned = await clean({ mediaType: 'message/rfc822', encoding: 'base64', data });
    if ('text' in cleaned)
      lines.push(
        JSON.stringify({ text: cleaned.text.slice(0, 2_000), labels: label === 'spam' ? ['spam'] : [] }),
      );
  }
  await writeFile(join(folder, 'mails.jsonl'), lines.filter((_, at) => at % 2 === 0).join('\n'));
  await writeFile(join(folder, 'others.jsonl'), lines.filter((_, at) => at % 2 === 1).join('\n'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [coppice, ...args], { cwd: folder }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe('coppice train-filter and test-filter', () => {
  it('learn spam from mails, and tell it in others', async () => {
    const trained = await run(
      'train-filter',
      'mails.jsonl',
      '--test',
      'others.jsonl',
      '--out',
      'spam.json',
      '--json',
    );
    expect(trained).toMatchObject({ code: 0 });
    const { figures } = JSON.parse(trained.out) as { figures: { precision: number; recall: number }[] };
    expect(figures).toHaveLength(1);
    expect(figures[0].precision).toBeGreaterThan(0.9);
    expect(figures[0].recall).toBeGreaterThan(0.75);

    const model = `export default { name: 'm', task: 'text-classification',
      collection: { sources: [{ kind: 'files', name: 'a', path: '.' }] },
      cleaning: { steps: [{ step: 'flag-harmful', classifier: { path: 'spam.json' }, labelled: 'others.jsonl',
        thresholds: { spam: 0.5 } }] } };`;
    await writeFile(join(folder, 'm.model.mjs'), model);
    const { cleaning } = await loadModelFile(join(folder, 'm.model.mjs'));
    expect(cleaning.steps).toMatchObject([
      {
        classifier: { path: join(folder, 'spam.json'), digest: expect.stringMatching(/^sha256:/) as string },
      },
    ]);
    const tested = await run('test-filter', 'm.model.mjs');
    expect(tested).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^spam +0\.5 +\d+ +\d+ +0\.\d+ +/m) as string,
    });
  }, 240_000);

  it('say what is wrong with a line, a file or a model file', async () => {
    await writeFile(join(folder, 'wrong.jsonl'), '{"text":"a","label":"b"}\n{"text":1}\n');
    await writeFile(join(folder, 'alike.jsonl'), '{"text":"a","label":"b"}\n');
    await writeFile(
      join(folder, 'plain.model.mjs'),
      `export default { name: 'm', task: 'text-classification',
      collection: { sources: [{ kind: 'files', name: 'a', path: '.' }] } };`,
    );
    const cases = [
      [['train-filter', 'wrong.jsonl', '--out', 'x'], 'line 2'],
      [['train-filter', 'missing.jsonl', '--out', 'x'], 'cannot be read'],
      [['train-filter', 'alike.jsonl', '--test', 'alike.jsonl', '--out', 'x'], 'all examples are b'],
      [['test-filter', 'plain.model.mjs'], 'names a labelled set'],
    ] as const;
    for (const [args, message] of cases)
      expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  }, 120_000);
});
