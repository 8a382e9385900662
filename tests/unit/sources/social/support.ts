// A key for tests, and sources of social media on it.
import { Secret } from '../../../../settings/secret.ts';
import { openPseudonyms } from '../../../../sources/pseudonyms.ts';
import type { Host } from '../api/host.ts';

export const key = 'a key for tests alone';

export const socialContext = (host: Host) => ({
  ...host.context,
  pseudonyms: () => openPseudonyms({ key: new Secret(key) }),
});

/** How an author is called. */
export async function pseudonymOf(host: string, author: string): Promise<string> {
  return (await openPseudonyms({ key: new Secret(key) }))(host, author);
}
