import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../../../artifacts/canonical-json.ts';
import type { Trust } from '../../../../artifacts/registry/signing.ts';
import { verifySigned } from '../../../../artifacts/registry/signing.ts';
import { createKeyTrust } from '../../../../artifacts/registry/trust.ts';
import { newSigner } from '../../../support/registry-fixtures.ts';

const documentSchema = z.object({ name: z.string(), count: z.number().default(0) });
const bytesOf = (value: unknown): Buffer => Buffer.from(canonicalJson(value));
const read = (bytes: Buffer, trust: Trust) =>
  verifySigned(bytes, documentSchema, { trust, key: 'routing/x/1' });
const refused = (why: RegExp) => ({ type: 'ArtifactCorrupt', message: expect.stringMatching(why) as string });

describe('a signed document', () => {
  const signer = newSigner();
  const trust = createKeyTrust([signer.publicKey]);

  it('is read where its signature is that of a trusted key, whatever the order of its members', async () => {
    const { document, keyId, signature } = await signer.sign({ name: 'a', count: 2 });
    expect(await read(bytesOf({ document, keyId, signature }), trust)).toEqual({ name: 'a', count: 2 });
    const reordered = JSON.stringify({ signature, keyId, document: { count: 2, name: 'a' } });
    expect(await read(Buffer.from(reordered), trust)).toEqual({ name: 'a', count: 2 });
  });

  it('is verified as it was signed, without the defaults of its schema', async () => {
    expect(await read(bytesOf(await signer.sign({ name: 'a', later: 'field' })), trust)).toEqual({
      name: 'a',
      count: 0,
    });
  });

  it('is refused, by name, where anything in it was changed', async () => {
    const signed = await signer.sign({ name: 'a' });
    const forged = { ...signed, document: { name: 'b' } };
    await expect(read(bytesOf(forged), trust)).rejects.toMatchObject(
      refused(/^routing\/x\/1 is refused: .*forged/),
    );
    const added = { ...signed, document: { name: 'a', count: 7 } };
    await expect(read(bytesOf(added), trust)).rejects.toMatchObject(refused(/forged/));
    const other = await newSigner().sign({ name: 'a' });
    await expect(read(bytesOf({ ...other, keyId: signer.keyId }), trust)).rejects.toMatchObject(
      refused(/forged/),
    );
    await expect(read(bytesOf({ ...signed, signature: '' }), trust)).rejects.toMatchObject(refused(/forged/));
  });

  it('is refused where its key is not trusted, or where it is no signed document', async () => {
    const stranger = newSigner();
    const strange = bytesOf(await stranger.sign({ name: 'a' }));
    await expect(read(strange, trust)).rejects.toMatchObject(
      refused(new RegExp(`${stranger.keyId}, a key that is not`)),
    );
    for (const bytes of ['', '{', '{"name":"a"}', 'null']) {
      await expect(read(Buffer.from(bytes), trust)).rejects.toMatchObject(refused(/no signed document/));
    }
  });

  it('is refused where it is signed and yet not what its place holds', async () => {
    await expect(read(bytesOf(await signer.sign({ count: 1 })), trust)).rejects.toMatchObject(
      refused(/not valid/),
    );
  });

  it('is refused where its key was revoked before, and read where it is older', async () => {
    const revoked = {
      at: '2026-05-01T00:00:10.000Z',
      by: 'kim',
      reason: 'lost',
      heads: { x: { sequence: 7, hash: 'h' } },
    };
    const find = () => Promise.resolve({ key: signer.publicKey, revoked });
    const dated = z.object({ at: z.string() });
    const readDated = async (key: string, document: object) =>
      verifySigned(bytesOf(await signer.sign(document)), dated, { trust: { find }, key });
    const before = { at: '2026-05-01T00:00:09.999Z' };
    expect(await readDated('routing/x/00000001.json', before)).toEqual(before);
    expect(await readDated('ledger/x/00000007.json', before)).toEqual(before);
    for (const [key, document] of [
      ['routing/x/00000001.json', { at: revoked.at }],
      ['routing/x/00000001.json', { at: 'yesterday' }],
      ['routing/x/00000001.json', { name: 'without a date' }],
      // The date of an entry may be forged; its place in the ledger was not there yet.
      ['ledger/x/00000008.json', before],
      ['ledger/unknown/00000001.json', before],
    ] as const) {
      const why = new RegExp(`^${key} is refused: .* was revoked at 2026-05-01T00:00:10.000Z`);
      await expect(readDated(key, document)).rejects.toMatchObject(refused(why));
    }
  });
});
