// A package of npm's or Debian's registry, read as a folder of files. A later version brings the files that are new or differ.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { collectEntries, type FoundState } from './entries.ts';
import { openFile, problemBefore } from './files.ts';
import { type FolderEntry, listFolder } from './folder.ts';
import { debianClient } from './packages/debian.ts';
import { npmClient } from './packages/npm.ts';
import { fetchPackage, findUnpacked, type UnpackedPackage } from './packages/package-cache.ts';
import type { RegistryClient, Release } from './packages/registry-client.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { Source } from './source.ts';

type PackageSpec = Extract<SourceSpec, { kind: 'package' }>;

export interface PackageContext {
  /** Where packages are kept unpacked. */
  readonly cacheFolder: string;
  readonly now: () => Date;
  /** Of the registries; those of this machine where absent. */
  readonly clients?: Readonly<Record<PackageSpec['registry'], RegistryClient>>;
}

const machineClients = { npm: npmClient, debian: debianClient };

/**
 * Names a release as packages are named across registries.
 * @returns a package URL (ECMA-427), such as `pkg:npm/%40stdlib/datasets-sotu@0.2.3`
 */
export function packageUrl(registry: PackageSpec['registry'], { name, version }: Release): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:${registry === 'npm' ? 'npm' : 'deb/debian'}/${path}@${encodeURIComponent(version)}`;
}

/** @returns whether a path below the folder is asked for */
function wantedPaths({ include, extensions }: PackageSpec): (name: string) => boolean {
  const isIncluded = include.length === 0 ? () => true : picomatch(include);
  return (name) =>
    isIncluded(name) && (extensions.length === 0 || extensions.some((extension) => name.endsWith(extension)));
}

/** Bytes and path, and not the time of unpacking, tell whether a file is another one. */
async function contentState(entry: FolderEntry, maximumBytes: number): Promise<number> {
  if (problemBefore(entry, maximumBytes) !== undefined) return fingerprint(entry.name, entry.sizeBytes);
  const digest = createHash('sha256')
    .update(await readFile(entry.path))
    .digest('hex');
  return fingerprint(entry.name, digest);
}

/** Makes the source of kind `package`. */
export function createPackageSource(spec: PackageSpec, context: PackageContext): Source {
  const { registry, folder, maximumFileBytes, maximumPackageBytes } = spec;
  const { cacheFolder, now, clients = machineClients } = context;
  const isWanted = wantedPaths(spec);

  /** The file entries of the folder, then what the package holds there that is no file. */
  async function* entriesOf(release: Release, found: UnpackedPackage, signal: AbortSignal) {
    const licence = spec.licence ?? found.licence;
    const uriOf = (path: string): string =>
      `${packageUrl(registry, release)}#${path.split('/').map(encodeURIComponent).join('/')}`;
    const prefix = folder === '' ? '' : `${folder.replace(/(?<!\/)\/+$/, '')}/`;
    const listed = await listPackage(join(found.files, folder), { release, folder, signal });
    for (const entry of inOrder(
      listed.filter(({ name }) => isWanted(name)),
      spec.order,
    )) {
      const uri = uriOf(`${prefix}${entry.name}`);
      const state = await contentState(entry, maximumFileBytes);
      const origin = { source: spec.name, name: entry.name, uri, mediaType: spec.mediaType, licence };
      yield { uri, state, open: () => openFile(entry, { state, maximumFileBytes, origin, now }) };
    }
    for (const { uri: path, reason } of found.leftOut) {
      if (!path.startsWith(prefix) || !isWanted(path.slice(prefix.length))) continue;
      const problem = { state: fingerprint(path, reason), problem: { uri: uriOf(path), reason } };
      yield { uri: problem.problem.uri, state: problem.state, open: () => only(problem) };
    }
  }

  return {
    name: spec.name,
    collect: async function* (cursor, signal) {
      const maximumBytes = maximumPackageBytes;
      const options = { folder: cacheFolder, registry, client: clients[registry], maximumBytes, signal };
      const { package: name, version } = spec;
      // A version that is named and stands in the cache needs no registry.
      const named = version === undefined ? undefined : { name, version };
      const cached = named && (await findUnpacked(named, options));
      const release = named && cached ? named : await options.client.find(name, version, signal);
      const seen = openSeenEntries(cursor);
      const whole = fingerprint(packageUrl(registry, release));
      if (seen.has(whole)) return;
      const found =
        cached ?? (await findUnpacked(release, options)) ?? (await fetchPackage(release, options));
      yield* collectEntries(entriesOf(release, found, signal), seen, signal);
      seen.add(whole);
    },
  };
}

function inOrder(entries: FolderEntry[], order: PackageSpec['order']): FolderEntry[] {
  if (order === 'name') return entries;
  const places = new Map(entries.map((entry) => [entry, fingerprint(entry.name)]));
  return entries.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}

async function* only(found: FoundState): AsyncGenerator<FoundState> {
  yield await Promise.resolve(found);
}

/** @throws CoppiceFailure InvalidInput where the package has no such folder */
async function listPackage(
  path: string,
  {
    release: { name, version },
    folder,
    signal,
  }: { readonly release: Release; readonly folder: string; readonly signal: AbortSignal },
): Promise<FolderEntry[]> {
  try {
    return await listFolder(path, signal);
  } catch (error) {
    if (!(error instanceof CoppiceFailure)) throw error;
    throw new CoppiceFailure(
      'InvalidInput',
      `${name}@${version} has no folder ${folder === '' ? '/' : folder}`,
    );
  }
}
