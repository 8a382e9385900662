// The code version of a stage: a digest of the sources that it reaches and of the locked versions of the packages that
// it calls, so that an edit elsewhere keeps its cached results.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import { hashCanonical } from './canonical-json.ts';

/** What a stage's code is made of. */
export interface StageSources {
  /** Files and folders below the root; folders count with everything below them. */
  readonly paths: readonly string[];
  /** Names of npm packages whose version matters to the result. */
  readonly packages: readonly string[];
}

export type CodeVersions<S extends string> = (stage: S) => Promise<string>;

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

async function filesBelow(root: string, path: string): Promise<string[]> {
  const full = join(root, path);
  const found = await stat(full).catch(() => undefined);
  if (!found) throw new CoppiceFailure('InvariantViolated', `code version: ${path} does not exist`, { path });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(full))
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .sort();
  return (await Promise.all(names.map((name) => filesBelow(root, `${path}/${name}`)))).flat();
}

async function computeVersion(root: string, { paths, packages }: StageSources): Promise<string> {
  const files = new Set((await Promise.all(paths.map((path) => filesBelow(root, path)))).flat());
  const sources = await Promise.all(
    [...files].sort().map(async (path) => {
      const digest = createHash('sha256')
        .update(await readFile(join(root, path)))
        .digest('hex');
      return [path, digest] as const;
    }),
  );
  const locked = lockSchema.parse(
    JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')),
  ).packages;
  const lockedBy = new Map(Object.entries(locked));
  const versions = packages.map((name) => {
    const version = lockedBy.get(`node_modules/${name}`)?.version;
    if (version === undefined)
      throw new CoppiceFailure('InvariantViolated', `code version: ${name} is not locked`);
    return [name, version] as const;
  });
  return hashCanonical({ sources: Object.fromEntries(sources), packages: Object.fromEntries(versions) });
}

/**
 * @param root folder of the sources and of package-lock.json
 * @param stages what each stage's code is made of
 * @returns the version of a stage, 64 hexadecimal digits, computed once per stage
 * @throws CoppiceFailure InvariantViolated for a path that does not exist or a package that is not locked
 */
export function createCodeVersions<S extends string>(
  root: string,
  stages: Readonly<Record<S, StageSources>>,
): CodeVersions<S> {
  const versions = new Map<S, Promise<string>>();
  return (stage) => {
    const known = versions.get(stage) ?? computeVersion(root, stages[stage]);
    versions.set(stage, known);
    return known;
  };
}
