// Debian: `apt-cache show` finds a version, `apt-get download` fetches it and checks its digest, `dpkg-deb` reads it.
// Nothing is installed and no maintainer script runs; no rights are needed.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { debianVersion } from '../../contracts/model-spec/collection.ts';
import type { RegistryClient } from './registry-client.ts';
import { lastWords, notInstalled, runClient } from './registry-client.ts';

const KIBIBYTE = 1024; // the unit of Installed-Size

/** @returns the value of a field of the first paragraph (deb822, one line) */
function fieldOf(control: string, field: string): string | undefined {
  const [paragraph] = control.split(/\n\n/, 1);
  const line = paragraph.split('\n').find((it) => it.startsWith(`${field}:`));
  return line?.slice(field.length + 1).trim();
}

/**
 * Reads a copyright file in Debian's machine-readable form (DEP 5).
 * @returns the short name of the licence of `Files: *`
 */
export function licenceOf(copyright: string): string | undefined {
  if (!/^Format:/m.test(copyright)) return undefined; // prose
  const paragraph = copyright.split(/\n\s*\n/).find((it) => /^Files:\s*\*\s*$/m.test(it));
  return paragraph === undefined ? undefined : /^License:[ \t]*(\S.*)$/m.exec(paragraph)?.[1].trim();
}

async function* readArchive(archive: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', archive], {
    signal,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) =>
      resolve('code' in error && error.code === 'ENOENT' ? 'missing' : error.message),
    );
    child.once('close', (code) => resolve(code === 0 ? '' : `dpkg-deb ended with ${code ?? 'a signal'}`));
  });
  yield* child.stdout as AsyncIterable<Uint8Array>;
  const problem = await ended;
  signal.throwIfAborted();
  if (problem === 'missing') throw notInstalled('dpkg-deb');
  if (problem !== '')
    throw new CoppiceFailure('SourceUnavailable', `a package of Debian cannot be read: ${problem}`);
}

export const debianClient: RegistryClient = {
  find: async (name, version, signal) => {
    const wanted = version === undefined ? name : `${name}=${version}`;
    const { succeeded, out } = await runClient('apt-cache', ['show', '--no-all-versions', wanted], {
      folder: tmpdir(),
      signal,
    });
    const found = fieldOf(out, 'Version');
    if (!succeeded || found === undefined || !debianVersion.test(found)) {
      const message = `apt knows no ${wanted}; its lists may be missing or old: \`apt-get update\` brings them`;
      throw new CoppiceFailure('InvalidInput', message, { package: name });
    }
    const sizes = [Number(fieldOf(out, 'Size')), Number(fieldOf(out, 'Installed-Size')) * KIBIBYTE];
    const known = sizes.filter((size) => Number.isSafeInteger(size));
    return { name, version: found, ...(known.length > 0 && { sizeBytes: Math.max(...known) }) };
  },

  fetch: async ({ name, version }, folder, signal) => {
    const wanted = `${name}=${version}`;
    const { succeeded, err } = await runClient('apt-get', ['download', wanted], { folder, signal });
    const archive = (await readdir(folder)).find((file) => file.endsWith('.deb'));
    if (succeeded && archive !== undefined) return join(folder, archive);
    throw new CoppiceFailure('SourceUnavailable', `apt-get cannot fetch ${wanted}: ${lastWords(err)}`);
  },

  openTar: readArchive,
  wrapping: 0,

  readLicence: async (files, name) => {
    try {
      return licenceOf(await readFile(join(files, 'usr/share/doc', name, 'copyright'), 'utf8'));
    } catch {
      return undefined; // a link to another package's, or none
    }
  },
};
