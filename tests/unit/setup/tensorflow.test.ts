import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addonMessage } from '../../../setup/tensorflow.mjs';
import { addonPresent, headersFolder, nodeGyp } from '../../../setup/tensorflow-addon.mjs';
import { kernelsSettled, setUpKernels } from '../../../setup/tensorflow-kernels.mjs';
import {
  libraryPresent,
  pipArguments,
  requirementsText,
  wheelFor,
} from '../../../setup/tensorflow-library.mjs';
import { tensorflow } from '../../../setup/versions.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-tensorflow-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(path: string, text = ''): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

describe('the wheel with libtensorflow', () => {
  it('is asked of pip for one platform, by version and hash, whichever Python asks', () => {
    const wheel = wheelFor('linux', 'x64');
    const args = pipArguments(wheel, '/r.txt', '/into').join(' ');
    expect(args).toMatch(/^-m pip download --no-deps --only-binary=:all: --require-hashes /);
    expect(args).toContain('--python-version 3.11 --abi cp311 --platform manylinux_2_27_x86_64');
    expect(args).toContain('--dest /into --requirement /r.txt');
    expect(requirementsText(wheel)).toMatch(/^tensorflow-cpu==2\.21\.0 --hash=sha256:[0-9a-f]{64}\n$/);
  });

  it('is not looked for where none is made', () => {
    expect(() => wheelFor('darwin', 'arm64')).toThrow(
      'no wheel with libtensorflow is known for darwin-arm64',
    );
  });

  it('counts as unpacked with both libraries and the headers, not before', () => {
    const place = `libtensorflow/${tensorflow.version}-${process.platform}-${process.arch}`;
    file(`${place}/lib/libtensorflow.so`);
    file(`${place}/include/tensorflow/c/c_api.h`);
    expect(libraryPresent(folder)).toBe(false);
    file(`${place}/lib/libtensorflow_framework.so`);
    expect(libraryPresent(folder)).toBe(true);
  });
});

describe('the addon', () => {
  const package_ = 'node_modules/@tensorflow/tfjs-node';
  const stamp = (changes: object = {}) =>
    file(
      `${package_}/lib/coppice-addon.json`,
      JSON.stringify({
        library: tensorflow.version,
        platform: `${process.platform}-${process.arch}`,
        package: '4.22.0',
        ...changes,
      }),
    );
  beforeEach(() => {
    file(`${package_}/package.json`, '{"version": "4.22.0"}');
    file(`${package_}/deps/lib/libtensorflow.so`);
  });

  it('counts once it was proven with this package, platform and library', () => {
    expect(addonPresent(folder)).toBeUndefined();
    stamp();
    expect(addonPresent(folder)).toEqual({ library: tensorflow.version });
    stamp({ library: 'as shipped' });
    expect(addonPresent(folder)).toEqual({ library: 'as shipped' });
  });

  it.each([{ library: '2.9.1' }, { platform: 'sunos-x64' }, { package: '4.21.0' }])(
    'does not count for %o',
    (changes) => {
      stamp(changes);
      expect(addonPresent(folder)).toBeUndefined();
    },
  );

  it('does not count when the cache with its library is gone', () => {
    stamp();
    rmSync(join(folder, package_, 'deps'), { recursive: true });
    expect(addonPresent(folder)).toBeUndefined();
  });

  it('is compiled with the headers that npm is told of, then those of this Node', () => {
    file('own/include/node/node_api.h');
    file('node/include/node/node_api.h');
    const execPath = join(folder, 'node/bin/node');
    expect(headersFolder({}, execPath)).toBe(join(folder, 'node'));
    expect(headersFolder({ npm_config_nodedir: join(folder, 'own') }, execPath)).toBe(join(folder, 'own'));
  });

  it('is compiled with the node-gyp that npm carries', () => {
    const npm = file('npm/bin/npm-cli.js');
    expect(nodeGyp({ npm_execpath: npm })).toBeUndefined();
    const carried = file('npm/node_modules/node-gyp/bin/node-gyp.js');
    expect(nodeGyp({ npm_execpath: npm })).toBe(carried);
    expect(nodeGyp({ npm_execpath: npm, npm_config_node_gyp: '/mine' })).toBe('/mine');
    expect(nodeGyp({ PATH: '' })).toBeUndefined();
  });

  it('that cannot be had leaves one message with every attempt', () => {
    const message = addonMessage([
      { where: 'wheel from PyPI', why: 'Python is not here' },
      { where: 'its own installer', why: 'storage.googleapis.com is not reached' },
    ]);
    expect(message).toContain('    wheel from PyPI    Python is not here\n');
    expect(message).toContain('    its own installer  storage.googleapis.com is not reached\n');
  });
});

describe('the fused kernels', () => {
  const env = { CXX: '/bin/false' }; // a compiler that takes nothing
  const package_ = 'node_modules/@tensorflow/tfjs-node';
  const platform = `${process.platform}-${process.arch}`;
  const addonOf = (library: string) => {
    file(`${package_}/package.json`, '{"version": "4.22.0"}');
    file(`${package_}/deps/lib/libtensorflow.so`);
    const stamp = { library, platform, package: '4.22.0' };
    file(`${package_}/lib/coppice-addon.json`, JSON.stringify(stamp));
    file('runtimes/tensorflow/kernels/gelu.cc', 'nothing');
  };

  it('are wanted where the addon was built here and there is a compiler', () => {
    expect(kernelsSettled(folder, env)).toBe(true);
    addonOf('as shipped');
    expect(kernelsSettled(folder, env)).toBe(true);
    addonOf(tensorflow.version);
    expect(kernelsSettled(folder, env)).toBe(false);
    expect(kernelsSettled(folder, { PATH: folder })).toBe(true);
  });

  it('that do not compile are told of and tried again once their sources change', async () => {
    addonOf(tensorflow.version);
    const place = `libtensorflow/${tensorflow.version}-${platform}`;
    for (const name of [
      'lib/libtensorflow.so',
      'lib/libtensorflow_framework.so',
      'include/tensorflow/c/c_api.h',
    ]) {
      file(`${place}/${name}`);
    }
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    const step = { progress: () => undefined, detail: () => undefined, done: tell, failed: tell };
    const board = { step: () => step, line: () => undefined, end: () => undefined };
    await setUpKernels(folder, folder, { board: board as never, env });
    expect(told).toEqual([expect.stringMatching(/^not built, training goes without them: false/)]);
    expect(kernelsSettled(folder, env)).toBe(true);
    file('runtimes/tensorflow/kernels/gelu.cc', 'something');
    expect(kernelsSettled(folder, env)).toBe(false);
  });
});
