// npm: `npm view` finds a version, `npm pack` fetches its archive. No scripts are run and no dependencies installed.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { npmVersion } from '../../contracts/model-spec/collection.ts';
import type { RegistryClient } from './registry-client.ts';
import { lastWords, runClient } from './registry-client.ts';

const version = z.string().regex(npmVersion);
/** Where a package states no size, npm answers with the version alone. */
const viewSchema = z.union([
  z.object({ version, 'dist.unpackedSize': z.number().optional() }),
  version.transform((alone) => ({ version: alone, 'dist.unpackedSize': undefined })),
]);
const packSchema = z.array(z.object({ filename: z.string().regex(/^[\w.@+~-]+\.tgz$/) })).length(1);
const manifestSchema = z.object({
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]),
});

function parse<T>(schema: z.ZodType<T>, text: string, name: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CoppiceFailure('SourceUnavailable', `npm answered about ${name} in a form that is not known`);
  }
}

async function* gunzip(archive: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip();
  const read = pipeline(createReadStream(archive), unzip, { signal });
  read.catch(() => undefined); // the loop below throws it
  yield* unzip as AsyncIterable<Uint8Array>;
  await read;
}

export const npmClient: RegistryClient = {
  find: async (name, asked, signal) => {
    const wanted = asked === undefined ? name : `${name}@${asked}`;
    const view = ['view', wanted, 'version', 'dist.unpackedSize', '--json'];
    const { succeeded, out, err } = await runClient('npm', view, { folder: tmpdir(), signal });
    // npm is silent about a version that does not exist.
    if (/\bE404\b/.test(out + err) || (succeeded && out.trim() === ''))
      throw new CoppiceFailure('InvalidInput', `npm's registry has no ${wanted}`, { package: name });
    if (!succeeded)
      throw new CoppiceFailure('SourceUnavailable', `npm cannot find ${wanted}: ${lastWords(err)}`);
    const found = parse(viewSchema, out, wanted);
    return {
      name,
      version: found.version,
      ...(found['dist.unpackedSize'] !== undefined && { sizeBytes: found['dist.unpackedSize'] }),
    };
  },

  fetch: async ({ name, version }, folder, signal) => {
    const wanted = `${name}@${version}`;
    const asked = ['pack', wanted, '--ignore-scripts', '--json', '--pack-destination', folder];
    const { succeeded, out, err } = await runClient('npm', asked, { folder, signal });
    if (!succeeded)
      throw new CoppiceFailure('SourceUnavailable', `npm cannot fetch ${wanted}: ${lastWords(err)}`);
    return join(folder, parse(packSchema, out, wanted)[0].filename);
  },

  openTar: gunzip,
  wrapping: 1, // `package/`, by custom; some packages name it otherwise

  readLicence: async (files) => {
    try {
      return manifestSchema.parse(JSON.parse(await readFile(join(files, 'package.json'), 'utf8'))).license;
    } catch {
      return undefined; // not stated
    }
  },
};
