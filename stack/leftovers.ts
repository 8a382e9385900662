// What takes room on this machine and is needed by nobody who works here: data of earlier stacks, logs, what a gateway and
// set-up can get again, and what processes left that were killed. Nothing that a running stack has open.
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isWanted } from '../setup/cached-servers.mjs';
import { libraryFolder } from '../setup/tensorflow-library.mjs';
import { bundles } from '../setup/versions.mjs';

export interface Leftover {
  /** What kind of thing it is, in words. */
  readonly what: string;
  readonly path: string;
  readonly sizeBytes: number;
}

export interface LeftoverPlaces {
  /** Of the stack. */
  readonly home: string;
  /** Whether a stack of this home runs. */
  readonly running: boolean;
  /** Whether the stack's own data count: models, runs, measurements. Never while it runs. */
  readonly data: boolean;
  /** What set-up keeps for every clone. */
  readonly cache: string;
  /** Where the prebuilt workflows lie. */
  readonly bundles: string;
  /** The system's folder for temporary files. */
  readonly temporary: string;
  readonly now: Date;
}

/** No activity moves bytes for longer: what is older in a temporary folder, nobody is writing. */
const abandonedAfterMs = 24 * 3_600_000;

/** @returns every leftover with its size, in the order of the places above */
export async function findLeftovers(places: LeftoverPlaces): Promise<Leftover[]> {
  const { home, running, data, temporary, now } = places;
  const isAbandoned = async (path: string) => now.getTime() - (await timeOf(path)) > abandonedAfterMs;
  const spools = (await below(temporary)).filter((path) => /[/\\]coppice-spool-[^/\\]+$/.test(path));
  const unfinished = await below(join(places.cache, 'unfinished'));
  const found: [what: string, paths: string[]][] = [
    ['data of an earlier stack', await below(join(home, 'earlier'))],
    ...(running
      ? []
      : ([
          ['log', await below(join(home, 'logs'))],
          ['versions that a gateway had loaded', await below(join(home, 'gateway'))],
          ['packages that collections had fetched', await below(join(home, 'packages'))],
          ['data of the stack', data ? await below(join(home, 'data')) : []],
        ] satisfies [string, string[]][])),
    ['uploads that were cut off', await filter(spools, isAbandoned)],
    ['workflows as they were bundled before', await olderBundles(places.bundles)],
    ['downloads that were cut off', await filter(unfinished, isAbandoned)],
    ['servers of another version of Coppice', await otherServers(places.cache)],
    ['TensorFlow of another version of Coppice', await otherTensorflow(places.cache)],
  ];
  const sized = found.flatMap(([what, paths]) =>
    paths.map(async (path) => ({ what, path, sizeBytes: await sizeOf(path) })),
  );
  return Promise.all(sized);
}

export async function removeLeftovers(leftovers: readonly Leftover[]): Promise<void> {
  for (const { path } of leftovers) await rm(path, { recursive: true, force: true });
}

/** All but the newest, which is the one that the next worker takes. */
async function olderBundles(folder: string): Promise<string[]> {
  const all = (await below(folder)).filter((path) => /workflows-\w+\.js(\.\d+)?$/.test(path));
  const times = await Promise.all(all.map(async (path) => ({ path, time: await timeOf(path) })));
  return times
    .sort((a, b) => b.time - a.time)
    .slice(1)
    .map(({ path }) => path);
}

async function otherServers(cache: string): Promise<string[]> {
  const found: string[] = [];
  for (const bundle of Object.keys(bundles) as (keyof typeof bundles)[]) {
    for (const folder of await below(join(cache, 'servers', bundle))) {
      const component = await readComponent(join(folder, 'component.json'));
      if (component && !isWanted(bundle, component)) found.push(folder);
    }
  }
  return found;
}

async function otherTensorflow(cache: string): Promise<string[]> {
  const own = libraryFolder(cache);
  const platform = `-${process.platform}-${process.arch}`;
  return (await below(join(cache, 'libtensorflow'))).filter(
    (path) => path.endsWith(platform) && path !== own,
  );
}

async function readComponent(path: string): Promise<Parameters<typeof isWanted>[1] | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Parameters<typeof isWanted>[1]; // set-up wrote it
  } catch {
    return undefined; // none of ours
  }
}

/** Paths of what is in a folder; none where there is no folder. */
async function below(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      return [];
    throw error;
  }
}

async function filter(
  paths: readonly string[],
  isWantedHere: (path: string) => Promise<boolean>,
): Promise<string[]> {
  const wanted = await Promise.all(paths.map(isWantedHere));
  return paths.filter((_, index) => wanted[index]);
}

async function timeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined); // removed meanwhile: as young as can be
  return found?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/** Of a file, or of all files below a folder; links count as themselves. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await below(path)).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}
