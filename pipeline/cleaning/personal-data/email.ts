// Addresses of mail: the common part of RFC 5321, and how people write them so that programs do not see them.
import type { Finder, Found } from './found.ts';

// A run of the characters of a local part is tried from its beginning only.
const LOCAL_AND_AT =
  /(?<![A-Za-z\d._%+-])([A-Za-z\d._%+-]{1,64})(?:@| ?[[(] ?(?:at|골뱅이) ?[\])] ?| ?골뱅이 ?)/gi;
const DOT = /\.| ?[[(] ?(?:dot|점) ?[\])] ?| dot /gi;
const DOMAIN = /[A-Za-z\d-]{1,63}(?:(?:\.| ?[[(] ?(?:dot|점) ?[\])] ?| dot )[A-Za-z\d-]{1,63}){1,8}/iy;
const TOP_LEVEL = /^(?:[a-z]{2,24}|xn--[a-z\d-]{1,59})$/;
/** Endings of files, which are no domains: `icon@2x.png`. */
const FILES = new Set(['css', 'gif', 'html', 'jpeg', 'jpg', 'js', 'json', 'pdf', 'png', 'svg', 'webp']);

/** @returns the domain that begins there, and where it ends */
function domainAt(text: string, start: number): { domain: string; end: number } | undefined {
  DOMAIN.lastIndex = start;
  const written = DOMAIN.exec(text)?.[0];
  if (written === undefined) return undefined;
  const labels = written.replace(DOT, '.').toLowerCase().split('.');
  const top = labels[labels.length - 1];
  if (!TOP_LEVEL.test(top) || FILES.has(top)) return undefined;
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) return undefined;
  return { domain: labels.join('.'), end: start + written.length };
}

/** Finds `ann@example.org`, and `ann [at] example [dot] org`. */
export const findEmails: Finder = function* (text): Generator<Found> {
  for (const { index, 0: whole, 1: written } of text.matchAll(LOCAL_AND_AT)) {
    const local = written.replace(/^\.+/, '');
    const found = domainAt(text, index + whole.length);
    if (local === '' || local.endsWith('.') || found === undefined) continue;
    const start = index + written.length - local.length;
    yield { start, end: found.end, value: `${local}@${found.domain}`.toLowerCase() };
  }
};
