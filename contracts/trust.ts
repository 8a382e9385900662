// Whose signatures the registry's readers believe: a list of public keys that grows by generations, each signed by a
// key of the one before. Keys are changed by messages to the process that signs.
import { z } from 'zod';

const keyIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits');

/** How far a ledger went: its last entry, and with its hash all before it. */
export const ledgerHeadSchema = z.object({
  sequence: z.number().int().nonnegative(),
  hash: z.string(),
});
export type LedgerHead = z.infer<typeof ledgerHeadSchema>;

/** What the key signed before stays valid; what it signs from `at` on is refused, whatever date it bears. */
export const revocationSchema = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  /** Where each model's ledger stood: entries of the key beyond it are refused, a date in them can be forged. */
  heads: z.record(z.string(), ledgerHeadSchema),
});
export type Revocation = z.infer<typeof revocationSchema>;

export const trustedKeySchema = z.object({
  keyId: keyIdSchema,
  algorithm: z.literal('ed25519'),
  /** PEM, SPKI. */
  publicKey: z.string(),
  addedAt: z.iso.datetime().optional(),
  revoked: revocationSchema.optional(),
});
export type TrustedKey = z.infer<typeof trustedKeySchema>;

/** What stands in the trust file of a machine. */
export const trustListSchema = z.object({
  /** Of the newest published list that it follows; 0 where it follows none. */
  generation: z.number().int().nonnegative().default(0),
  keys: z.array(trustedKeySchema),
});
export type TrustList = z.infer<typeof trustListSchema>;

/** A published list, `trust/<generation>.json`. */
export const trustDocumentSchema = z.object({
  generation: z.number().int().positive(),
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  /** Of the change that made it, so that one that is tried again makes no other. */
  request: z.string(),
  keys: z.array(trustedKeySchema).min(1),
});
export type TrustDocument = z.infer<typeof trustDocumentSchema>;

/** A change of the keys, as a person asks for it. */
export const keyChangeSchema = z.object({
  by: z.string().min(1),
  reason: z.string().min(1),
  /** The same again is the same change. */
  request: z.string().min(1),
  change: z.discriminatedUnion('kind', [
    /** A new key signs from now on. */
    z.object({ kind: z.literal('rotate') }),
    /** A key that stands elsewhere may sign as well. */
    z.object({ kind: z.literal('trust'), publicKey: z.string().min(1) }),
    z.object({ kind: z.literal('revoke'), keyId: keyIdSchema }),
  ]),
});
export type KeyChange = z.infer<typeof keyChangeSchema>;

/** What a change of the keys came to. */
export interface KeyChangeResult {
  readonly generation: number;
  /** Signs from now on. */
  readonly signingKeyId: string;
  /** The key that was made, trusted or revoked. */
  readonly keyId: string;
}
