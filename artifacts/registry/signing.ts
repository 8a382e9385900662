// Signatures of the registry's documents: ed25519 (RFC 8032) over canonical JSON. Who holds the private key stands in
// key-file.ts and signing-command.ts, whom a reader believes in trust.ts.
import type { KeyObject } from 'node:crypto';
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Signed } from '../../contracts/registry.ts';
import { signedSchema } from '../../contracts/registry.ts';
import type { Revocation } from '../../contracts/trust.ts';
import { canonicalJson } from '../canonical-json.ts';

/** Signs documents with one key; a key service may hold it, so it takes time. */
export interface Signer {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  sign<T>(document: T): Promise<Signed<T>>;
}

/** A public key that counts, for all that was signed before it was revoked. */
export interface PublicKey {
  readonly key: KeyObject;
  readonly revoked?: Revocation | undefined;
}

/** Whose signatures this process believes. */
export interface Trust {
  /** Hears of keys that were added and revoked since. @throws CoppiceFailure ArtifactCorrupt for a forged list */
  refresh(): Promise<void>;
  find(keyId: string): Promise<PublicKey | undefined>;
  /** Of all keys that were revoked, for the ledgers' heads that they pin. */
  revocations(): readonly Revocation[];
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
      return Promise.resolve({ document, keyId, signature });
    },
  };
}

/**
 * Checks a signed document as it came from the store.
 * @param bytes JSON of `{ document, keyId, signature }`
 * @param options.key names the object in the failure
 * @returns the document, once its signature verified
 * @throws CoppiceFailure ArtifactCorrupt where the document is forged, damaged, or signed by a key that is unknown or
 *   was revoked before
 */
export async function verifySigned<T>(
  bytes: Buffer,
  documentSchema: z.ZodType<T>,
  options: { readonly trust: Pick<Trust, 'find'>; readonly key: string },
): Promise<T> {
  const { trust, key } = options;
  const refuse = (why: string): never => {
    throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: ${why}`, { key });
  };
  // Verified as it was signed, before the schema fills in defaults or drops what it does not know.
  const envelope = signedSchema(z.json()).safeParse(parse(bytes));
  if (!envelope.success) return refuse('it is no signed document');
  const { document, keyId, signature } = envelope.data;
  const known = await trust.find(keyId);
  if (!known) return refuse(`it is signed by ${keyId}, a key that is not trusted here`);
  const signedBytes = Buffer.from(canonicalJson(document));
  if (!verify(null, signedBytes, known.key, Buffer.from(signature, 'base64')))
    return refuse('its signature is forged');
  if (known.revoked && !precedes(known.revoked, key, document))
    return refuse(`it is signed by ${keyId}, a key that was revoked at ${known.revoked.at}`);
  const parsed = documentSchema.safeParse(document);
  return parsed.success
    ? parsed.data
    : refuse(`it is signed and yet not valid: ${parsed.error.issues[0].message}`);
}

const dated = z.union([z.object({ at: z.string() }), z.object({ createdAt: z.string() })]);

/** Whether a document was there before its key was revoked: by its date, and in a ledger by its place as well. */
function precedes({ at, heads }: Revocation, key: string, document: unknown): boolean {
  const found = dated.safeParse(document);
  if (!found.success) return false;
  const signedAt = 'at' in found.data ? found.data.at : found.data.createdAt;
  if (!(Date.parse(signedAt) < Date.parse(at))) return false;
  const place = /^ledger\/([^/]+)\/([0-9]+)\.json$/.exec(key);
  if (!place) return true;
  const [, model, sequence] = place;
  return Object.hasOwn(heads, model) && Number(sequence) <= heads[model].sequence;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
