import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModelFile, ModelFileError } from '../../../client/model-file.ts';
import { modelSpecSchema } from '../../../contracts/model-spec/model-spec.ts';

describe('loadModelFile', () => {
  let folder: string;
  let files = 0;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coppice-model-file-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const load = async (text: string) => {
    files += 1; // a module is loaded once
    const path = join(folder, `filter-${files}.model.mjs`);
    await writeFile(path, text);
    return loadModelFile(path);
  };
  const problemsOf = async (text: string) => {
    const error: unknown = await load(text).then(
      () => undefined,
      (it: unknown) => it,
    );
    if (!(error instanceof ModelFileError)) throw new Error(`no ModelFileError but ${String(error)}`);
    return error;
  };

  it('tries the chat template before anything is trained with it', async () => {
    const definition = (chatTemplate: string) => ({
      ...{ name: 'speeches', task: 'language-modelling' },
      collection: { sources: [{ kind: 'files', name: 'texts', path: '/texts' }] },
      model: { architecture: 'gpt2' },
      training: { pretraining: {} },
      serving: { chatTemplate },
    });
    const write = (template: string) => `export default ${JSON.stringify(definition(template))};`;
    const good = "{{ messages[0]['content'] + eos_token }}";
    expect((await load(write(good))).serving?.chatTemplate).toBe(good);
    for (const bad of ['{% for %}', "{{ raise_exception('expected a system') }}", '{{ nothing() }}']) {
      const { problems } = await problemsOf(write(bad));
      expect(problems.map(({ path }) => path)).toEqual(['serving.chatTemplate']);
      expect(problems[0].message).toMatch(/^expected Jinja that makes a prompt of one message of a user: \S/);
    }
  });

  it('fills in every default: name, task and sources are enough', async () => {
    const definition = {
      name: 'mail-filter',
      task: 'text-classification',
      collection: { sources: [{ kind: 'files', name: 'mails', path: '/mails' }] },
    };
    const spec = await load(`export default ${JSON.stringify(definition)};`);
    expect(spec).toEqual(modelSpecSchema.parse(definition));
    expect(spec.rollout.steps).toEqual([0.05, 0.25, 0.5]);
  });

  it('takes relative paths from where the file stands, and leaves absolute ones', async () => {
    const { collection } = await load(`export default {
      name: 'mail-filter',
      task: 'text-classification',
      collection: {
        sources: [
          { kind: 'files', name: 'near', path: 'data/mails' },
          { kind: 'mail-folder', name: 'above', path: '../mails' },
          { kind: 'files', name: 'far', path: '/data/mails' },
          { kind: 'object-prefix', name: 'bucket', bucket: 'mails', prefix: 'in/' },
        ],
        labels: [{ kind: 'label-files', path: 'labels' }, { kind: 'label-objects', bucket: 'labels' }],
      },
    };`);
    expect(collection).toMatchObject({
      sources: [
        { path: join(folder, 'data/mails') },
        { path: join(folder, '../mails') },
        { path: '/data/mails' },
        { prefix: 'in/' },
      ],
      labels: [{ path: join(folder, 'labels') }, { bucket: 'labels' }],
    });
  });

  it('names every problem at once, with its path and what was expected', async () => {
    const error = await problemsOf(`export default {
      name: 'Mail Filter',
      task: 'text-classification',
      collection: { sources: [] },
      training: { fineTuning: { batchSize: 0 } },
      evaluation: { gates: [{ kind: 'at-least', metric: 'beauty', bound: 1 }] },
      rolout: {},
    };`);
    const paths = error.problems.map(({ path }) => path);
    expect(paths.sort()).toEqual([
      '(the file)', // a key that it does not know
      'collection.sources',
      'evaluation.gates[0].metric',
      'name',
      'training.fineTuning.batchSize',
    ]);
    for (const { path, message } of error.problems) {
      expect(message).not.toBe('');
      expect(error.message).toContain(`${path}: ${message}`);
    }
    expect(error.message).toMatch(/rolout/);
    expect(error.message).toMatch(/expected lower-case letters/);
  });

  it('refuses two sources of one name, since their documents would have one id', async () => {
    const source = "{ kind: 'files', name: 'mails', path: '/a' }";
    const error = await problemsOf(
      `export default { name: 'm', task: 'text-classification', collection: { sources: [${source}, ${source}] } };`,
    );
    expect(error.problems).toEqual([{ path: 'collection.sources', message: 'expected distinct names' }]);
  });

  it('says so where nothing is exported, or the file cannot be loaded', async () => {
    expect((await problemsOf('export const model = 1;')).problems).toHaveLength(1);
    const broken = await problemsOf('export default {');
    expect(broken.problems[0]).toMatchObject({ path: '(the file)' });
    expect(broken.message).toMatch(/cannot be loaded/);
    await expect(loadModelFile(join(folder, 'absent.model.mjs'))).rejects.toThrow(
      /absent.*cannot be loaded/s,
    );
  });

  it('says what to do about a file that stands where coppice cannot be imported', async () => {
    const { problems } = await problemsOf(
      "import { defineModel } from 'coppice'; export default defineModel({});",
    );
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toMatch(/link that folder as node_modules\/coppice beside it$/);
  });
});
