// What package-lock.json says of a package and of everything below it, found as Node finds it: the nearest
// `node_modules` first.
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';

const names = z.record(z.string(), z.string()).default({});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dependencies: names,
      optionalDependencies: names,
      peerDependencies: names,
    }),
  ),
});

export interface LockedPackages {
  /**
   * @param packages names, as they are imported at the root
   * @returns versions of them and of all that they depend on, by their place below `node_modules/`
   * @throws CoppiceFailure InvariantViolated for a package that is not locked
   */
  reach(packages: readonly string[]): Record<string, string>;
}

const folder = 'node_modules/';

/** @param lockFile content of a package-lock.json, version 2 or 3 */
export function createLockedPackages(lockFile: string): LockedPackages {
  const locked = new Map(Object.entries(lockSchema.parse(JSON.parse(lockFile)).packages));

  /** @param from place of the package that asks; empty at the root */
  const resolve = (name: string, from: string): string | undefined => {
    for (let below = from; ; ) {
      const place = below === '' ? `${folder}${name}` : `${below}/${folder}${name}`;
      if (locked.has(place)) return place;
      if (below === '') return undefined;
      below = below.slice(0, Math.max(0, below.lastIndexOf(`/${folder}`)));
    }
  };

  return {
    reach(packages) {
      const versions = new Map<string, string>();
      const visit = (name: string, from: string, required: boolean): void => {
        const place = resolve(name, from);
        const entry = place === undefined ? undefined : locked.get(place);
        if (place === undefined || entry?.version === undefined) {
          if (!required) return; // a peer or a platform's binary that is not wanted here
          throw new CoppiceFailure('InvariantViolated', `code version: ${name} is not locked`, { name });
        }
        if (versions.has(place)) return;
        versions.set(place, entry.version);
        for (const below of Object.keys(entry.dependencies)) visit(below, place, true);
        const optional = { ...entry.optionalDependencies, ...entry.peerDependencies };
        for (const below of Object.keys(optional)) visit(below, place, false);
      };
      for (const name of packages) visit(name, '', true);
      return Object.fromEntries(
        [...versions].map(([place, version]) => [place.slice(folder.length), version] as const).sort(),
      );
    },
  };
}
