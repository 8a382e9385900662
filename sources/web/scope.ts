// Which addresses belong to a crawl: those of its seeds' hosts whose paths match.
import picomatch from 'picomatch';

/** Longer addresses are traps, such as calendars that link to themselves with one more parameter. */
const LONGEST = 2_000;

/** @returns an absolute http(s) address without its fragment and without credentials, or nothing */
export function resolveAddress(reference: string, base?: string): URL | undefined {
  if (!URL.canParse(reference, base)) return undefined;
  const url = new URL(reference, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  [url.hash, url.username, url.password] = ['', '', ''];
  return url.href.length > LONGEST ? undefined : url;
}

function readablePath({ pathname }: URL): string {
  try {
    return decodeURI(pathname);
  } catch {
    return pathname; // percent signs that encode no UTF-8
  }
}

export interface Scope {
  /** Whether a page may be looked at. */
  readonly isWithin: (url: URL) => boolean;
  /** Whether a page becomes a document. Seeds outside the patterns are looked at for their links alone. */
  readonly isWanted: (url: URL) => boolean;
}

/**
 * @param options.include patterns of paths, such as `/ko/**`; empty: all
 * @param options.exclude of those
 */
export function createScope(
  seeds: readonly URL[],
  { include, exclude }: { readonly include: readonly string[]; readonly exclude: readonly string[] },
): Scope {
  const hosts = new Set(seeds.map(({ host }) => host));
  const entrances = new Set(seeds.map(({ href }) => href));
  const isIncluded = include.length === 0 ? () => true : picomatch([...include], { dot: true });
  const isExcluded = exclude.length === 0 ? () => false : picomatch([...exclude], { dot: true });
  const isWanted = (url: URL): boolean => {
    const path = readablePath(url);
    return hosts.has(url.host) && isIncluded(path) && !isExcluded(path);
  };
  return { isWanted, isWithin: (url) => entrances.has(url.href) || isWanted(url) };
}
