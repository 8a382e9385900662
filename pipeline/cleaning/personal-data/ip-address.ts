// Addresses of machines, IPv4 and IPv6. Those that lead to nobody are left: private, loopback, link-local, multicast and
// the examples of documentation (IANA special-purpose registries).
import type { Finder, Found } from './found.ts';

const VERSION_4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;
const VERSION_6 = /(?<![\w:.])[\dA-Fa-f:]{6,39}(?![\w:])/g;
/** `version 1.2.3.4` is none. */
const NAMED_VERSION = /(?:version|ver\.?|release|버전)[\s:]{1,2}$/i;
const GROUP = /^[\dA-F]{1,4}$/i;

const nobodys4: readonly RegExp[] = [
  /^(?:0|10|127|22[4-9]|23\d|24\d|25\d)\./,
  /^172\.(?:1[6-9]|2\d|3[01])\./,
  /^(?:192\.168|169\.254|192\.0\.0|192\.0\.2|198\.1[89]|198\.51\.100|203\.0\.113)\./,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];
const nobodys6 = /^(?:0:0:0:0:0:0:0:|fe[89ab]|f[cd]|ff|2001:db8:)/;

/** @returns the address with all its groups, or nothing where it is none */
function expand(written: string): string | undefined {
  const halves = written.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (halves.length === 2 ? tail.length : 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = halves.length === 1 ? head : [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

/** In a language of programming two names may stand so: `dead::beef`. */
const isName = (written: string): boolean => !/\d/.test(written) || written.split(/:+/).length < 3;

/** Finds them. */
export const findIpAddresses: Finder = function* (text): Generator<Found> {
  for (const { index, 0: written } of text.matchAll(VERSION_4)) {
    const octets = written.split('.');
    if (octets.some((octet) => Number(octet) > 255 || /^0\d/.test(octet))) continue;
    const isVersion = NAMED_VERSION.test(text.slice(Math.max(0, index - 10), index));
    if (isVersion || nobodys4.some((range) => range.test(written))) continue;
    yield { start: index, end: index + written.length, value: written };
  }
  for (const { index, 0: written } of text.matchAll(VERSION_6)) {
    const value = isName(written) ? undefined : expand(written);
    if (value !== undefined && !nobodys6.test(value))
      yield { start: index, end: index + written.length, value };
  }
};
