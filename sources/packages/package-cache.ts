// Packages as they were unpacked, `<registry>/<name>@<version>/`: `files/` and what is known about them, `record.json`. A
// package appears whole or not at all, so that one that was cut off is not taken for a finished one.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { errorCode } from '../folder.ts';
import type { RegistryClient, Release } from './registry-client.ts';
import { unpack } from './unpack.ts';

const recordSchema = z.object({
  licence: z.string().optional(),
  /** What is no regular file: a path within the package, and why it was left out. */
  leftOut: z.array(z.object({ uri: z.string(), reason: z.string() })),
});

export interface UnpackedPackage extends z.infer<typeof recordSchema> {
  /** Absolute path of the folder with its files. */
  readonly files: string;
}

export interface PackageOptions {
  /** Of the cache. */
  readonly folder: string;
  readonly registry: string;
  readonly client: RegistryClient;
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}

type Named = Pick<Release, 'name' | 'version'>;

function placeOf({ name, version }: Named, { folder, registry }: PackageOptions): string {
  return join(folder, registry, `${encodeURIComponent(name)}@${encodeURIComponent(version)}`);
}

/** @returns the package where it was unpacked before */
export async function findUnpacked(
  release: Named,
  options: PackageOptions,
): Promise<UnpackedPackage | undefined> {
  return readPlace(placeOf(release, options));
}

async function readPlace(place: string): Promise<UnpackedPackage | undefined> {
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(join(place, 'record.json'), 'utf8')));
    return { ...record, files: join(place, 'files') };
  } catch {
    return undefined; // not there, or not ours: fetched anew
  }
}

function tooLarge({ name, version }: Named, maximumBytes: number): CoppiceFailure {
  const message = `${name}@${version} is larger than maximumPackageBytes, ${maximumBytes}`;
  return new CoppiceFailure('InvalidInput', message, { package: name });
}

/**
 * Fetches and unpacks a package.
 * @throws CoppiceFailure of the client, and InvalidInput where the package is too large or an archive that means harm
 */
export async function fetchPackage(release: Release, options: PackageOptions): Promise<UnpackedPackage> {
  const { folder, registry, client, maximumBytes, signal } = options;
  if ((release.sizeBytes ?? 0) > maximumBytes) throw tooLarge(release, maximumBytes);
  await mkdir(join(folder, registry), { recursive: true });
  const partial = await mkdtemp(join(folder, 'partial-'));
  try {
    const [download, unpacked] = [join(partial, 'download'), join(partial, 'package')];
    const files = join(unpacked, 'files');
    await mkdir(download);
    await mkdir(files, { recursive: true });
    const archive = await client.fetch(release, download, signal);
    if ((await stat(archive)).size > maximumBytes) throw tooLarge(release, maximumBytes);
    const { wrapping } = client;
    const leftOut = await unpack(client.openTar(archive, signal), files, { wrapping, maximumBytes, signal });
    const licence = await client.readLicence(files, release.name);
    const record = recordSchema.parse({ leftOut, ...(licence !== undefined && { licence }) });
    await writeFile(join(unpacked, 'record.json'), JSON.stringify(record));
    const place = placeOf(release, options);
    await moveTo(unpacked, place);
    return { ...record, files: join(place, 'files') };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Another run may have been faster: its copy is the same. What stands there without a record is none. */
async function moveTo(unpacked: string, place: string): Promise<void> {
  try {
    await rename(unpacked, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
    if ((await readPlace(place)) !== undefined) return;
    await rm(place, { recursive: true, force: true });
    await rename(unpacked, place);
  }
}
