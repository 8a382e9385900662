// The registries' own clients: npm against a registry on loopback, apt against a repository in a folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { packageSourceSchema } from '../../contracts/model-spec/collection.ts';
import { createSource } from '../../sources/create-source.ts';
import type { Source } from '../../sources/source.ts';
import { openNpmRegistry } from '../support/npm-registry.ts';
import { collectAll, describeAll, temporaryFolder } from '../unit/sources/support.ts';

const run = promisify(execFile);

function source(stateDirectory: string, options: Record<string, unknown>): Source {
  const spec = packageSourceSchema.parse({ kind: 'package', name: 'pages', ...options });
  return createSource(spec, { baseDirectory: '/', stateDirectory });
}

/** Has npm ask a registry with one package. */
async function npmRegistry(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { environment, close } = await openNpmRegistry(name, files);
  onTestFinished(close);
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('the npm client', () => {
  it('fetches a package without running its scripts, and reads its licence', async () => {
    const trace = join(await temporaryFolder(), 'ran');
    const scripts = { prepack: `touch ${trace}`, prepare: `touch ${trace}`, postinstall: `touch ${trace}` };
    await npmRegistry('@texts/pages', {
      'package.json': JSON.stringify({ name: '@texts/pages', version: '1.2.0', license: 'CC0-1.0', scripts }),
      'text/a.txt': 'a',
    });
    const state = await temporaryFolder();
    const items = await collectAll(
      source(state, { registry: 'npm', package: '@texts/pages', folder: 'text' }),
    );
    expect(items).toMatchObject([
      { document: { id: 'pages/a.txt', uri: 'pkg:npm/%40texts/pages@1.2.0#text/a.txt', licence: 'CC0-1.0' } },
    ]);
    await expect(readFile(trace)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says which package or version does not exist', async () => {
    await npmRegistry('pages', { 'package.json': '{}' });
    const state = await temporaryFolder();
    for (const [asked, named] of [
      [{ package: 'nothing-here' }, 'nothing-here'],
      [{ package: 'pages', version: '9.9.9' }, 'pages@9.9.9'],
    ] as const) {
      await expect(collectAll(source(state, { registry: 'npm', ...asked }))).rejects.toMatchObject({
        type: 'InvalidInput',
        message: `npm's registry has no ${named}`,
      });
    }
  });

  it('says that it is not installed', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const failed = collectAll(source(await temporaryFolder(), { registry: 'npm', package: 'pages' }));
    await expect(failed).rejects.toMatchObject({
      type: 'SourceUnavailable',
      message: expect.stringContaining('npm is not installed') as string,
    });
  });
});

async function aptIsThere(): Promise<boolean> {
  try {
    await run('apt-get', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** Builds a package, puts it into a repository in a folder, and has apt know that one alone. */
async function debianRepository(): Promise<void> {
  const folder = await temporaryFolder({
    'build/DEBIAN/control':
      'Package: texts-pages\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: pages\n',
    'build/DEBIAN/preinst': '#!/bin/sh\nexit 1\n',
    'build/usr/share/doc/texts-pages/copyright': 'Format: x\n\nFiles: *\nLicense: MPL-2.0\n',
    'build/usr/share/pages/a.html': '<p>a',
    'lists/partial/.keep': '',
    'cache/archives/partial/.keep': '',
    'parts/.keep': '',
    status: '',
  });
  await run('chmod', ['755', join(folder, 'build/DEBIAN/preinst')]);
  const archive = join(folder, 'texts-pages.deb');
  await run('dpkg-deb', ['--root-owner-group', '-b', join(folder, 'build'), archive]);
  const control = (await run('dpkg-deb', ['-f', archive])).stdout;
  const bytes = await readFile(archive);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(
    join(folder, 'Packages'),
    `${control}Filename: ./texts-pages.deb\nSize: ${bytes.length}\nSHA256: ${sha256}\n`,
  );
  await writeFile(join(folder, 'sources.list'), `deb [trusted=yes] file:${folder} ./\n`);
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': join(folder, 'parts'),
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  await writeFile(join(folder, 'apt.conf'), lines.join('\n'));
  vi.stubEnv('APT_CONFIG', join(folder, 'apt.conf'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await run('apt-get', ['update']);
}

const notThere = (message: string) => ({
  type: 'SourceUnavailable',
  message: expect.stringContaining(message) as string,
});

describe('the clients of Debian', () => {
  it('fetch a package without installing it, and read its licence; elsewhere they are said to be missing', async () => {
    const pages = { registry: 'debian', package: 'texts-pages', folder: 'usr/share/pages' };
    if (!(await aptIsThere())) {
      const failed = collectAll(source(await temporaryFolder(), pages));
      await expect(failed).rejects.toMatchObject(notThere('apt-cache is not installed'));
      return;
    }
    await debianRepository();
    const state = await temporaryFolder();
    expect(await collectAll(source(state, pages))).toMatchObject([
      {
        document: {
          id: 'pages/a.html',
          uri: 'pkg:deb/debian/texts-pages@1%3A2.0-1#usr/share/pages/a.html',
          licence: 'MPL-2.0',
        },
      },
    ]);
    expect(await describeAll(source(state, { ...pages, version: '1:2.0-1' }))).toEqual(['pages/a.html']);
    for (const asked of [{ package: 'nothing-here' }, { version: '9' }]) {
      await expect(collectAll(source(await temporaryFolder(), { ...pages, ...asked }))).rejects.toMatchObject(
        { type: 'InvalidInput' },
      );
    }
  });
});
