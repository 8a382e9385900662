// Signatures of the registry's documents: ed25519 (RFC 8032) over canonical JSON. The private key lives in one file,
// mode 0600, of the one process that writes the registry.
import type { KeyObject } from 'node:crypto';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Signed } from '../../contracts/registry.ts';
import { signedSchema } from '../../contracts/registry.ts';
import { canonicalJson } from '../canonical-json.ts';

/** Signs documents with one key. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  sign<T>(document: T): Signed<T>;
}

/** Finds a public key that this process trusts. */
export interface Trust {
  find(keyId: string): Promise<KeyObject | undefined>;
}

/** @returns the first 16 hexadecimal digits of the SHA-256 of the key's DER form */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** @param privateKey ed25519 */
export function createSigner(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey,
    sign: (document) => {
      const signature = sign(null, Buffer.from(canonicalJson(document)), privateKey).toString('base64');
      return { document, keyId, signature };
    },
  };
}

/**
 * Reads the private key, or makes one where there is no file.
 * @param path of a PKCS#8 PEM file
 * @throws CoppiceFailure InvalidInput where others may read the file, or where it holds no ed25519 key
 */
export async function openSigner(path: string): Promise<Signer> {
  await mkdir(dirname(path), { recursive: true });
  const { mode } = await stat(path).catch(() => createKeyFile(path));
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const message = `${path} holds the registry's private key and may be read by others: chmod 600 ${path}`;
    throw new CoppiceFailure('InvalidInput', message, { path });
  }
  return createSigner(readKey(path, await readFile(path, 'utf8')));
}

/** Whole or not at all: of two processes that start at once, both read the key of the first. */
async function createKeyFile(path: string): Promise<Stats> {
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

/**
 * Checks a signed document as it came from the store.
 * @param bytes JSON of `{ document, keyId, signature }`
 * @param options.key names the object in the failure
 * @returns the document, once its signature verified
 * @throws CoppiceFailure ArtifactCorrupt where the document is forged, damaged, or signed by an unknown key
 */
export async function verifySigned<T>(
  bytes: Buffer,
  documentSchema: z.ZodType<T>,
  options: { readonly trust: Trust; readonly key: string },
): Promise<T> {
  const { trust, key } = options;
  const refuse = (why: string): never => {
    throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: ${why}`, { key });
  };
  // Verified as it was signed, before the schema fills in defaults or drops what it does not know.
  const envelope = signedSchema(z.json()).safeParse(parse(bytes));
  if (!envelope.success) return refuse('it is no signed document');
  const { document, keyId, signature } = envelope.data;
  const publicKey = await trust.find(keyId);
  if (!publicKey) return refuse(`it is signed by ${keyId}, a key that is not trusted here`);
  const signedBytes = Buffer.from(canonicalJson(document));
  if (!verify(null, signedBytes, publicKey, Buffer.from(signature, 'base64')))
    return refuse('its signature is forged');
  const parsed = documentSchema.safeParse(document);
  return parsed.success
    ? parsed.data
    : refuse(`it is signed and yet not valid: ${parsed.error.issues[0].message}`);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
