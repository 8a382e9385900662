import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCodeVersions } from '../../../artifacts/code-version.ts';

describe('code version', () => {
  let root: string;
  const write = async (path: string, content: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  };
  const lock = (version: string) =>
    write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/zod': { version } } }));
  const stage = { paths: ['pipeline/cleaning', 'activities/cleaning.ts'], packages: ['zod'] };
  const versionNow = () => createCodeVersions(root, { cleaning: stage })('cleaning');

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coppice-code-'));
    await write('pipeline/cleaning/steps/a.ts', 'a');
    await write('pipeline/training/b.ts', 'b');
    await write('activities/cleaning.ts', 'c');
    await lock('4.0.0');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('stays where code elsewhere changes', async () => {
    const before = await versionNow();
    await write('pipeline/training/b.ts', 'changed');
    expect(await versionNow()).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with a source below its paths, a new file, a name, and a package that it calls', async () => {
    const seen = [await versionNow()];
    await write('pipeline/cleaning/steps/a.ts', 'changed');
    seen.push(await versionNow());
    await write('pipeline/cleaning/steps/new.ts', 'a');
    seen.push(await versionNow());
    await rm(join(root, 'pipeline/cleaning/steps/new.ts'));
    await write('pipeline/cleaning/steps/renamed.ts', 'a');
    seen.push(await versionNow());
    await lock('4.0.1');
    seen.push(await versionNow());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is computed once: the code that runs is the code that was loaded', async () => {
    const versions = createCodeVersions(root, { cleaning: stage });
    const before = await versions('cleaning');
    await write('activities/cleaning.ts', 'changed while running');
    expect(await versions('cleaning')).toBe(before);
  });

  it('refuses a path that does not exist and a package that is not locked', async () => {
    const wrong = createCodeVersions(root, {
      path: { paths: ['pipeline/gone'], packages: [] },
      package: { paths: [], packages: ['left-pad'] },
    });
    await expect(wrong('path')).rejects.toThrow('pipeline/gone does not exist');
    await expect(wrong('package')).rejects.toThrow('left-pad is not locked');
  });
});
