import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completed, missingOptionals, platformOf } from '../../../setup/complete-lock.mjs';
import { difference, npmCommand, packagesPresent, topLevelPackages } from '../../../setup/node-packages.mjs';

const host = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
const locked = {
  '': {},
  'examples/mail-filter': { version: '0.1.0' },
  'node_modules/zod': { version: '4.6.7', integrity: 'sha512-zod' },
  'node_modules/a/node_modules/zod': { version: '3.0.0', integrity: 'sha512-old' },
  'node_modules/@biomejs/cli-linux-x64': { version: '2.6.8', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/@biomejs/cli-darwin-x64': { version: '2.6.8', optional: true, os: ['darwin'], cpu: ['x64'] },
  'node_modules/cli-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'node_modules/@emnapi/core': { version: '1.4.3', optional: true },
};
const installed = {
  'node_modules/zod': locked['node_modules/zod'],
  'node_modules/a/node_modules/zod': locked['node_modules/a/node_modules/zod'],
  'node_modules/@biomejs/cli-linux-x64': locked['node_modules/@biomejs/cli-linux-x64'],
};

describe('installed packages against the lock file', () => {
  it('agree when only other platforms’ packages are absent', () => {
    expect(difference(locked, installed, host)).toBeUndefined();
  });

  it('differ by a missing package, one of this platform included', () => {
    const { 'node_modules/@biomejs/cli-linux-x64': _, ...without } = installed;
    expect(difference(locked, without, host)).toBe('node_modules/@biomejs/cli-linux-x64 is missing');
    expect(difference(locked, installed, { ...host, os: 'darwin' })).toContain('cli-darwin-x64 is missing');
  });

  it('differ by another version, by other content, and by a package too many', () => {
    const other = (entry: object) => ({ ...installed, 'node_modules/zod': { version: '4.6.7', ...entry } });
    expect(difference(locked, other({ version: '4.0.0' }), host)).toBe(
      'node_modules/zod is 4.0.0, not 4.6.7',
    );
    expect(difference(locked, other({ integrity: 'sha512-else' }), host)).toContain('node_modules/zod');
    expect(difference(locked, { ...installed, 'node_modules/left-pad': {} }, host)).toContain('left-pad');
  });
});

describe('the stamp of installed packages', () => {
  let root = '';
  const write = (path: string, value: object) => writeFileSync(join(root, path), JSON.stringify(value));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'coppice-packages-'));
    mkdirSync(join(root, 'node_modules'));
    write('package-lock.json', { packages: { 'node_modules/zod': installed['node_modules/zod'] } });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is written for packages that npm installed by hand from the same lock file', () => {
    expect(packagesPresent(root)).toBe(false);
    write('node_modules/.package-lock.json', {
      packages: { 'node_modules/zod': installed['node_modules/zod'] },
    });
    expect(packagesPresent(root)).toBe(true);
    rmSync(join(root, 'node_modules/.package-lock.json'));
    expect(packagesPresent(root)).toBe(true);
  });

  it('does not hold for another lock file', () => {
    write('node_modules/.package-lock.json', {
      packages: { 'node_modules/zod': installed['node_modules/zod'] },
    });
    expect(packagesPresent(root)).toBe(true);
    write('package-lock.json', { packages: { 'node_modules/zod': { version: '4.6.8' } } });
    expect(packagesPresent(root)).toBe(false);
  });
});

describe('npm', () => {
  it('is the one that runs the script, or else the one on PATH', () => {
    expect(npmCommand('/opt/npm/bin/npm-cli.js')).toEqual({
      command: process.execPath,
      args: ['/opt/npm/bin/npm-cli.js'],
    });
    expect(npmCommand('/opt/yarn/yarn.js')).toEqual({ command: 'npm', args: [] });
    expect(npmCommand(undefined)).toEqual({ command: 'npm', args: [] });
  });

  it('is followed by the packages that every platform gets', () => {
    expect(topLevelPackages(locked)).toBe(1);
  });
});

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  it('names every platform’s packages, or npm ci refuses it: node setup/complete-lock.mjs adds them', () => {
    expect(missingOptionals(lock.packages).map(({ name }) => name)).toEqual([]);
  });

  it('records no download addresses', () => {
    const addresses = Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? []);
    expect(addresses.filter((address) => address.includes('://'))).toEqual([]);
  });

  it('is completed with the version that the parent names and the platform that the name says', () => {
    const parent = {
      dev: true,
      license: 'MIT',
      optionalDependencies: { '@x/cli-linux-arm64-musl': '1.2.3' },
    };
    const packages = completed({ 'node_modules/@x/cli': parent });
    expect(packages['node_modules/@x/cli-linux-arm64-musl']).toEqual({
      version: '1.2.3',
      ...{ os: ['linux'], cpu: ['arm64'], libc: ['musl'], dev: true, license: 'MIT', optional: true },
    });
    expect(missingOptionals(packages)).toEqual([]);
  });

  it('is not completed where a name or a range leaves it open', () => {
    const parent = { optionalDependencies: { 'fs-extras': '1.0.0', '@x/cli-linux-x64': '^1.0.0' } };
    expect(Object.keys(completed({ 'node_modules/x': parent }))).toEqual(['node_modules/x']);
  });

  it.each([
    ['@swc/core-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['@oxc-parser/binding-win32-arm64-msvc', { os: ['win32'], cpu: ['arm64'] }],
    ['@oxc-parser/binding-linux-arm-musleabihf', { os: ['linux'], cpu: ['arm'], libc: ['musl'] }],
    ['@emnapi/core', undefined],
  ])('reads the platform of %s from its name', (name, platform) => {
    expect(platformOf(name)).toEqual(platform);
  });
});
