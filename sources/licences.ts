// Licences by the addresses and names that hosts give them.

const CREATIVE_COMMONS =
  /^https?:\/\/(?:www\.)?creativecommons\.org\/(licenses|publicdomain)\/([a-z-]{2,12})\/(\d\.\d)(?:\/|$)/;
const NAMED = /^CC[ -](BY(?:-(?:NC|SA|ND)){0,2})[ -](\d\.\d)$/;

/** @returns the SPDX identifier of a Creative Commons licence, or what was given */
export function licenceOf(given: string): string {
  const address = CREATIVE_COMMONS.exec(given.trim());
  if (address?.[1] === 'licenses') return `CC-${address[2].toUpperCase()}-${address[3]}`;
  if (address?.[2] === 'zero') return `CC0-${address[3]}`;
  const named = NAMED.exec(given.trim());
  return named === null ? given.trim() : `CC-${named[1]}-${named[2]}`;
}
