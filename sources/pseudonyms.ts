// Names of people are replaced by pseudonyms: a keyed hash (HMAC-SHA-256, RFC 2104), so that the same author has the same
// pseudonym in all runs, and nobody without the key can try names until one fits.
import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoppiceFailure } from '../contracts/failures.ts';
import { Secret } from '../settings/secret.ts';
import { errorCode } from './folder.ts';

/** @param host on which the author has that name */
export type Pseudonymize = (host: string, author: string) => string;

const KEY_BYTES = 32;
const DIGITS = 20; // 80 bits: among a million authors two share one with probability 4e-13

async function readKeyFile(stateDirectory: string): Promise<Secret> {
  const path = join(stateDirectory, 'pseudonyms.key');
  const key = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  if (key !== undefined) return new Secret(key);
  await mkdir(stateDirectory, { recursive: true });
  const partial = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(partial, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600, flag: 'wx' });
    await link(partial, path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error; // another process was faster: its key counts
    });
  } finally {
    await rm(partial, { force: true });
  }
  return new Secret(await readFile(path, 'utf8'));
}

export interface PseudonymPlace {
  /** Where the key is kept, in `pseudonyms.key`, unless one is given. */
  readonly stateDirectory?: string | undefined;
  readonly key?: Secret | undefined;
}

/**
 * @returns a function that names an author, such as `author-0f3c…`
 * @throws CoppiceFailure InvalidInput where there is neither a key nor a place for one
 */
export async function openPseudonyms({ stateDirectory, key: given }: PseudonymPlace): Promise<Pseudonymize> {
  if (given === undefined && stateDirectory === undefined)
    throw new CoppiceFailure('InvalidInput', 'nothing says where the key of the pseudonyms may be kept');
  const key = given ?? (await readKeyFile(stateDirectory ?? ''));
  return (host, author) => {
    const name = JSON.stringify([host.toLowerCase(), author.normalize('NFC').toLowerCase()]);
    return `author-${createHmac('sha256', key.reveal()).update(name).digest('hex').slice(0, DIGITS)}`;
  };
}
