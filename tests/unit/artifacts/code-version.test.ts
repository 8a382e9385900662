import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCodeVersions } from '../../../artifacts/code-version.ts';
import { stageSources } from '../../../worker/stage-sources.ts';

describe('code version', () => {
  let root: string;
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  const lock = (versions: { zod: string; inner: string; other: string }) =>
    write(
      'package-lock.json',
      JSON.stringify({
        packages: {
          '': {},
          'node_modules/zod': { version: versions.zod, dependencies: { inner: '1' } },
          'node_modules/zod/node_modules/inner': { version: versions.inner },
          'node_modules/inner': { version: '9.0.0' },
          'node_modules/other': { version: versions.other },
        },
      }),
    );
  const stages = { cleaning: { entries: ['activities/cleaning.ts'] } };
  const versionNow = async () => (await readCodeVersions(root, stages)).of('cleaning');

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coppice-code-'));
    await write(
      'activities/cleaning.ts',
      `import { clean } from '../pipeline/recipe.ts'; export const stage = clean;`,
    );
    await write(
      'pipeline/recipe.ts',
      `import { z } from 'zod'; import { limit } from './limit.ts'; export const clean = () => z.string().max(limit);
       export const unused = () => 1;`,
    );
    await write('pipeline/limit.ts', 'export const limit = 10;');
    await write('pipeline/elsewhere.ts', 'export const other = 1;');
    await lock({ zod: '4.0.0', inner: '1.0.0', other: '1.0.0' });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('names the files in the bundle and every package below those that it imports', async () => {
    const version = await versionNow();
    expect(version.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(version.files)).toEqual([
      'activities/cleaning.ts',
      'pipeline/limit.ts',
      'pipeline/recipe.ts',
    ]);
    expect(version.packages).toEqual({ zod: '4.0.0', 'zod/node_modules/inner': '1.0.0' });
  });

  it('stays where code or packages elsewhere, a comment, or what the stage does not use change', async () => {
    const { digest } = await versionNow();
    await write('pipeline/elsewhere.ts', 'export const other = 2;');
    await write('pipeline/limit.ts', '// ten of them\nexport const limit = 10;\nexport const more = 11;');
    await lock({ zod: '4.0.0', inner: '1.0.0', other: '2.0.0' });
    expect((await versionNow()).digest).toBe(digest);
  });

  it('changes with what is imported however far away, and with a package however deep', async () => {
    const seen = [(await versionNow()).digest];
    await write('pipeline/limit.ts', 'export const limit = 11;');
    seen.push((await versionNow()).digest);
    await lock({ zod: '4.0.1', inner: '1.0.0', other: '1.0.0' });
    seen.push((await versionNow()).digest);
    await lock({ zod: '4.0.1', inner: '1.0.1', other: '1.0.0' });
    seen.push((await versionNow()).digest);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is that of the code that was loaded, and knows when the files have gone on', async () => {
    const versions = await readCodeVersions(root, stages);
    const before = versions.of('cleaning');
    expect(await versions.isCurrent('cleaning')).toBe(true);
    await write('pipeline/limit.ts', 'export const limit = 12;');
    expect(versions.of('cleaning')).toBe(before);
    expect(await versions.isCurrent('cleaning')).toBe(false);
    await write('pipeline/limit.ts', 'export const limit = ; // half an edit');
    expect(await versions.isCurrent('cleaning')).toBe(false);
  });

  it('refuses an entry that does not exist and a package that is not locked', async () => {
    await expect(readCodeVersions(root, { path: { entries: ['pipeline/gone.ts'] } })).rejects.toThrow(
      /code version of pipeline\/gone\.ts: .*Could not resolve/,
    );
    const named = { entries: ['activities/cleaning.ts'], packages: ['left-pad'] };
    await expect(readCodeVersions(root, { named })).rejects.toThrow('left-pad is not locked');
  });
});

describe('the stages of Coppice', () => {
  it('have code that bundles: each reaches its own room of the pipeline, and no carrier of work', async () => {
    const versions = await readCodeVersions(
      fileURLToPath(new URL('../../../', import.meta.url)),
      stageSources,
    );
    const filesOf = (stage: keyof typeof stageSources) => Object.keys(versions.of(stage).files);
    expect(filesOf('cleaning')).toContain('pipeline/cleaning/recipe.ts');
    expect(filesOf('tokenization')).toContain('pipeline/tokenization/wordpiece-trainer.ts');
    expect(filesOf('training')).toContain('worker/trainer/run-job.ts');
    expect(filesOf('evaluation')).toContain('pipeline/evaluation/gates.ts');
    expect(
      filesOf('cleaning').filter((path) =>
        /(?:^|\/)(?:tokenization|training|evaluation)(?:\/|\.ts$)/.test(path),
      ),
    ).toEqual([]);
    expect(versions.of('training').packages).toHaveProperty('@tensorflow/tfjs-node');
    expect(Object.keys(versions.of('training').packages)).not.toContain('@temporalio/activity');
  });
});
