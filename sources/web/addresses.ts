// Which network addresses a crawler may connect to: those of the public internet (IANA's special-purpose registries,
// RFC 6890), and those of hosts that the source allows by name. Asked of each connection after its name was resolved, so
// that neither a name nor a redirect leads inside.
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';

const v4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carriers' own
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, where clouds answer with credentials
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3], // multicast, reserved, broadcast
] as const;

const v6 = [
  ['::', 96], // unspecified, loopback, IPv4-compatible
  ['::ffff:0:0', 96], // IPv4-mapped: no resolver has a reason to answer so
  ['64:ff9b::', 96], // translated to IPv4
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: holds an IPv4 address
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

// One list a family: a list of both would hold IPv4 addresses against `::ffff:0:0/96`.
const specialV4 = new BlockList();
for (const [net, bits] of v4) specialV4.addSubnet(net, bits, 'ipv4');
const specialV6 = new BlockList();
for (const [net, bits] of v6) specialV6.addSubnet(net, bits, 'ipv6');

/** A connection that was not made, since it would have led to an address that is not public. */
export class PrivateAddressError extends Error {
  constructor() {
    super('the host has an address that is not public');
    this.name = 'PrivateAddressError';
  }
}

/** @returns whether an address is anything but one of the public internet */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return specialV4.check(address, 'ipv4');
  return family !== 6 || specialV6.check(address, 'ipv6');
}

/** @returns the host of an address as names are compared: lower case, IPv6 without brackets */
export function hostNameOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** @throws PrivateAddressError where the host is itself an address that may not be asked; no name is resolved then */
export function checkLiteralAddress(url: URL, allowed: ReadonlySet<string>): void {
  const host = hostNameOf(url);
  if (isIP(host) !== 0 && !allowed.has(host) && isPrivateAddress(host)) throw new PrivateAddressError();
}

/**
 * Makes the resolver that connections use. A name with one private address among its addresses is refused whole.
 * @param allowed names of hosts that may be private
 */
export function createPublicLookup(allowed: ReadonlySet<string>): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) callback(error, '');
      else if (!allowed.has(hostname.toLowerCase()) && found.some(({ address }) => isPrivateAddress(address)))
        callback(new PrivateAddressError(), '');
      else if (options.all === true) callback(null, found);
      else callback(null, found[0].address, found[0].family);
    });
  };
}
