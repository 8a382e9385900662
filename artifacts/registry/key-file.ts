// The private key as a file of the one process that writes the registry: PKCS#8 PEM, mode 0600. The next key waits
// beside it until readers can know it.
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Signer } from './signing.ts';
import { createSigner } from './signing.ts';

/** Where private keys are held. */
export interface KeyHolder {
  /** For messages. */
  readonly location: string;
  open(): Promise<Signer>;
  /** Makes the key that signs next, or finds the one that was made; absent where keys are made elsewhere. */
  readonly prepareNext?: () => Promise<Signer>;
  /** The next key takes the place of the one that signed; that one is gone. */
  readonly activateNext?: () => Promise<void>;
}

/** @param path of the PEM file; made where there is none */
export function createKeyFile(path: string): KeyHolder {
  const next = `${path}.next`;
  return {
    location: path,
    open: () => openSigner(path),
    prepareNext: () => openSigner(next),
    activateNext: () => rename(next, path),
  };
}

/**
 * Reads the private key, or makes one where there is no file.
 * @param path of a PKCS#8 PEM file
 * @throws CoppiceFailure InvalidInput where others may read the file, or where it holds no ed25519 key
 */
export async function openSigner(path: string): Promise<Signer> {
  await mkdir(dirname(path), { recursive: true });
  const { mode } = await stat(path).catch(() => writeNewKey(path));
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const message = `${path} holds the registry's private key and may be read by others: chmod 600 ${path}`;
    throw new CoppiceFailure('InvalidInput', message, { path });
  }
  return createSigner(readKey(path, await readFile(path, 'utf8')));
}

/** Whole or not at all: of two processes that start at once, both read the key of the first. */
async function writeNewKey(path: string): Promise<Stats> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 });
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return stat(path);
}

function readKey(path: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, without the file's content.
  }
  throw new CoppiceFailure('InvalidInput', `${path} holds no ed25519 private key in PEM form`, { path });
}
