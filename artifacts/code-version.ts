// The code version of a stage: a digest of its bundled entries and of the locked versions of the packages that they
// reach. The bundle holds what the entries import and use, so an edit elsewhere, or to a comment, keeps cached results.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { CoppiceFailure } from '../contracts/failures.ts';
import { hashCanonical } from './canonical-json.ts';
import { createLockedPackages, type LockedPackages } from './locked-packages.ts';

/** Where the code of a stage begins. */
export interface StageCode {
  /** Files below the root; whatever they import counts, all the way down. */
  readonly entries: readonly string[];
  /** Packages that are reached in a way that no import shows, such as a `require` of an addon. */
  readonly packages?: readonly string[];
}

/** The code of a stage, and what it was made of, so that a difference can be told by name. */
export interface CodeVersion {
  /** 64 hexadecimal digits. */
  readonly digest: string;
  /** Source files in the bundle, by path, each with the start of its own digest. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages by their place below `node_modules/`, with their locked versions. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface CodeVersions<S extends string> {
  /** As it was read when the process started: the code that runs is the code that was loaded. */
  of(stage: S): CodeVersion;
  /** Whether the files on disk still say the same; a process that is started now would load those. */
  isCurrent(stage: S): Promise<boolean>;
}

/** Enough to tell two versions of a file apart. */
const fileDigestLength = 16;

async function bundle(root: string, entries: readonly string[]) {
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      entryPoints: entries.map((path) => `./${path}`),
      outdir: 'bundle', // a name only: nothing is written
      write: false,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      minifyWhitespace: true,
      legalComments: 'none',
      metafile: true,
      logLevel: 'silent',
    });
    return { outputFiles, metafile };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw new CoppiceFailure('InvariantViolated', `code version of ${entries.join(', ')}: ${reason}`);
  }
}

/** Files whose code is in the bundle, and names of the packages that it imports. */
function ingredients({ outputs }: Metafile): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  for (const { inputs, imports } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) files.add(path);
    for (const { path, external } of imports) {
      if (external && !isBuiltin(path)) packages.add(packageName(path));
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

/** `@scope/name/file` → `@scope/name`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Carries a stage to its worker and computes nothing of it: an update of the SDK keeps what was trained. */
const carriers = new Set(['@temporalio/activity']);

async function readVersion(root: string, code: StageCode, locked: LockedPackages): Promise<CodeVersion> {
  const { outputFiles, metafile } = await bundle(root, code.entries);
  const { files, packages } = ingredients(metafile);
  const bundles = outputFiles.map(({ contents }) => sha256(contents));
  const computing = packages.filter((name) => !carriers.has(name));
  const versions = locked.reach([...computing, ...(code.packages ?? [])]);
  const sources = files.map(async (path) => {
    const digest = sha256(await readFile(join(root, path))).slice(0, fileDigestLength);
    return [path, digest] as const;
  });
  return {
    digest: hashCanonical({ bundles, packages: versions }),
    files: Object.fromEntries(await Promise.all(sources)),
    packages: versions,
  };
}

/**
 * Reads the code of all stages, some 100 ms each.
 * @param root folder of the sources and of package-lock.json
 * @throws CoppiceFailure InvariantViolated for an entry that does not bundle or a package that is not locked
 */
export async function readCodeVersions<S extends string>(
  root: string,
  stages: Readonly<Record<S, StageCode>>,
): Promise<CodeVersions<S>> {
  const readLock = async () => createLockedPackages(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const locked = await readLock();
  const names = Object.keys(stages) as S[];
  const read = names.map(async (stage) => [stage, await readVersion(root, stages[stage], locked)] as const);
  const versions = Object.fromEntries(await Promise.all(read)) as Record<S, CodeVersion>;
  return {
    of: (stage) => versions[stage],
    isCurrent: async (stage) => {
      try {
        return (await readVersion(root, stages[stage], await readLock())).digest === versions[stage].digest;
      } catch {
        return false; // what cannot be read, as in the midst of an edit, is not what was loaded
      }
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
