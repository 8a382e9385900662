// Who answers while the champion of a model is not loaded.
import type { RoutingDocument } from '../contracts/registry.ts';
import type { LoadedVersion } from './loaded-version.ts';

/**
 * @param loaded - the versions that a gateway has
 * @returns the version before the champion, where that one is loaded and the champion is not: it has served, and was not taken back
 */
export function standInOf(
  loaded: (version: number) => LoadedVersion | undefined,
  { champion, previous, quarantined }: RoutingDocument,
): LoadedVersion | undefined {
  if (champion === undefined || previous === undefined || loaded(champion)) return undefined;
  return quarantined.includes(previous) ? undefined : loaded(previous);
}
