// A Git repository, a document a file, as its newest commit has it; later runs bring the files that have changed.
import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { decodeBytes } from '../pipeline/cleaning/charset.ts';
import { documentOf, looksBinary } from './content.ts';
import { collectEntries, type FoundState, type SourceEntry } from './entries.ts';
import { listMissing, listTree, openBlobs, type TreeEntry } from './repositories/blobs.ts';
import { type GitOptions, pinAddress, runGit } from './repositories/git.ts';
import { leftOutByPath, leftOutByText } from './repositories/left-out.ts';
import { isLicenceFile, licenceOfHead, licenceOfText, nearestLicence } from './repositories/licence-text.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { Found, Source } from './source.ts';

type RepositorySpec = Extract<SourceSpec, { kind: 'repository' }>;

export interface RepositoryContext {
  /** Where repositories are kept between runs. */
  readonly cacheFolder: string;
  readonly now: () => Date;
}

type Blobs = ReturnType<typeof openBlobs>;

const QUICK_MS = 60_000; // for what reads from the disk
const REMOTE = 'origin';
const NEWEST = 'refs/coppice/newest';

/** An address as SPDX writes it: `git+https://host/owner/name@<commit>#<path>`. */
function uriOf(url: string, commit: string, path = ''): string {
  const place = path.split('/').map(encodeURIComponent).join('/');
  return `git+${url}@${commit}${place === '' ? '' : `#${place}`}`;
}

async function prepare(folder: string, options: GitOptions): Promise<void> {
  const isThere = await stat(join(folder, 'HEAD')).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(folder, { recursive: true });
  await runGit(['init', '--quiet', '--bare', '--template='], options);
}

/** @returns the commit that the branch stands at */
async function newestCommit({ url, branch }: RepositorySpec, options: GitOptions): Promise<string> {
  const wanted =
    branch === undefined
      ? ['HEAD']
      : [`refs/heads/${branch}`, `refs/tags/${branch}^{}`, `refs/tags/${branch}`];
  const listed = (await runGit(['ls-remote', '--', url, ...wanted], options)).toString('utf8').split('\n');
  const refs = new Map(listed.map((line) => line.split('\t')).map(([hash, name]) => [name, hash]));
  const commit = wanted.map((name) => refs.get(name)).find((hash) => hash !== undefined);
  if (commit !== undefined && /^[\da-f]{40,64}$/.test(commit)) return commit;
  throw new CoppiceFailure('InvalidInput', `the repository has no ${branch ?? 'commit'}`);
}

/**
 * Fetches a commit and none before it, without its large files where the server can leave them out.
 * @returns the commit that came: the branch may have moved
 */
async function fetchCommit(commit: string, spec: RepositorySpec, options: GitOptions): Promise<string> {
  const isFetched = await runGit(['cat-file', '-e', `${commit}^{tree}`], { ...options, schemes: [] }).then(
    () => true,
    () => false,
  );
  options.signal.throwIfAborted();
  if (isFetched) return commit;
  const filter = `--filter=blob:limit=${spec.maximumFileBytes + 1}`;
  const wanted = spec.branch === undefined ? 'HEAD' : spec.branch;
  const quiet = [
    '--quiet',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
  ];
  const settings = [...(options.settings ?? []), `remote.${REMOTE}.url=${spec.url}`];
  await runGit(['fetch', ...quiet, '--depth=1', filter, REMOTE, `+${wanted}:${NEWEST}`], {
    ...options,
    settings,
  });
  return (await runGit(['rev-parse', '--verify', `${NEWEST}^{commit}`], options)).toString('utf8').trim();
}

/** @returns by folder the licence whose text stands there */
async function readLicences(entries: readonly TreeEntry[], blobs: Blobs): Promise<Map<string, string>> {
  const licences = new Map<string, string>();
  for (const { path, hash, kind } of entries) {
    if (kind !== 'file' || !isLicenceFile(path) || leftOutByPath(path) === 'vendored') continue;
    const blob = await blobs.read(hash);
    const licence = typeof blob === 'string' ? undefined : licenceOfText(decodeBytes(blob));
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    if (licence !== undefined && !licences.has(folder)) licences.set(folder, licence);
  }
  return licences;
}

/** Makes the source of kind `repository`. */
export function createRepositorySource(
  spec: RepositorySpec,
  { cacheFolder, now }: RepositoryContext,
): Source {
  const { url, mediaType, maximumFileBytes, maximumLineLength } = spec;
  const folder = join(cacheFolder, createHash('sha256').update(url).digest('hex').slice(0, 32));
  const isIncluded = spec.include.length === 0 ? () => true : picomatch(spec.include, { dot: true });
  const isExcluded = picomatch(spec.exclude, { dot: true });

  interface Opened {
    readonly commit: string;
    readonly time: Date;
    readonly blobs: Blobs;
    readonly licences: ReadonlyMap<string, string>;
  }

  const refusal = (text: string, path: string, licence: string | undefined): string | undefined => {
    if (spec.licences.length > 0 && !spec.licences.includes(licence ?? ''))
      return licence === undefined ? 'no licence that is known' : 'another licence';
    return isLicenceFile(path) ? undefined : leftOutByText(text, maximumLineLength);
  };

  const find = async (
    { path, hash, kind }: TreeEntry,
    { commit, time, blobs, licences }: Opened,
  ): Promise<Found> => {
    const uri = uriOf(url, commit, path);
    const aside = (reason: string): Found => ({ problem: { uri, reason } });
    if (kind !== 'file') return aside(kind === 'link' ? 'a symbolic link' : 'a submodule');
    const byPath = leftOutByPath(path);
    if (byPath !== undefined) return aside(byPath);
    const bytes = await blobs.read(hash);
    // What was not fetched is what the filter left out.
    if (typeof bytes === 'string') return aside(`larger than ${maximumFileBytes} bytes`);
    if (looksBinary(bytes)) return aside('not text');
    const text = decodeBytes(bytes);
    const licence = licenceOfHead(text) ?? nearestLicence(licences, path) ?? spec.licence;
    const reason = refusal(text, path, licence);
    if (reason !== undefined) return aside(reason);
    const origin = { source: spec.name, name: path, uri, mediaType, collectedAt: now(), time, licence };
    return { document: documentOf(bytes, origin) };
  };

  async function* open(entry: TreeEntry, state: number, opened: Opened): AsyncGenerator<FoundState> {
    yield { state, ...(await find(entry, opened)) };
  }

  return {
    name: spec.name,
    collect: async function* (cursor, signal) {
      const settings = await pinAddress(new URL(url), spec.allowPrivateHosts);
      const local = { folder, signal, timeoutMs: QUICK_MS };
      const remote: GitOptions = {
        ...{ folder, signal, settings, schemes: spec.schemes },
        timeoutMs: spec.timeoutSeconds * 1_000,
        maximumBytes: spec.maximumRepositoryBytes,
      };
      await prepare(folder, local);
      const newest = await newestCommit(spec, remote);
      if (openSeenEntries(cursor).has(fingerprint(uriOf(url, newest)))) return;
      let commit: string;
      try {
        commit = await fetchCommit(newest, spec, remote);
      } catch (error) {
        await rm(folder, { recursive: true, force: true }); // half a repository is none
        throw error;
      }
      const time = new Date(
        (await runGit(['show', '-s', '--format=%cI', commit], local)).toString('utf8').trim(),
      );
      const tree = await listTree(commit, local);
      const entries = tree.filter(({ path }) => isIncluded(path) && !isExcluded(path));
      const states = new Map(entries.map((entry) => [entry, fingerprint(entry.path, entry.hash)]));
      const seen = openSeenEntries(cursor, new Set(states.values()));
      const blobs = openBlobs({ ...local, maximumFileBytes, missing: await listMissing(commit, local) });
      try {
        const opened = { commit, time, blobs, licences: await readLicences(tree, blobs) };
        const sources = [...states].map(
          ([entry, state]): SourceEntry => ({
            uri: uriOf(url, commit, entry.path),
            state,
            open: () => open(entry, state, opened),
          }),
        );
        yield* collectEntries(sources, seen, signal);
        seen.add(fingerprint(uriOf(url, commit)));
      } finally {
        blobs.close();
      }
    },
  };
}
