import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../../../artifacts/canonical-json.ts';
import { verifySigned } from '../../../../artifacts/registry/signing.ts';
import { createSigningCommand } from '../../../../artifacts/registry/signing-command.ts';
import { createKeyTrust } from '../../../../artifacts/registry/trust.ts';

let folder: string;
let program: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-service-'));
  program = join(folder, 'sign');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A key service as its operator might write it. */
async function writeService(sign = 'crypto.sign(null, bytes, key).toString("base64")'): Promise<void> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(
    program,
    `#!${process.execPath}
const crypto = require('node:crypto');
const key = crypto.createPrivateKey(${JSON.stringify(pem)});
if (process.argv[2] === 'public-key') {
  console.log(crypto.createPublicKey(key).export({ type: 'spki', format: 'pem' }));
} else {
  const bytes = require('node:fs').readFileSync(0);
  console.log(${sign});
}
`,
  );
  await chmod(program, 0o700);
}

it('signs what readers verify, while the key stays where it is', async () => {
  await writeService();
  const signer = await createSigningCommand(program).open();
  const bytes = Buffer.from(canonicalJson(await signer.sign({ name: 'é', count: 2 })));
  const options = { trust: createKeyTrust([signer.publicKey]), key: 'k' };
  const schema = z.object({ name: z.string(), count: z.number() });
  expect(await verifySigned(bytes, schema, options)).toEqual({ name: 'é', count: 2 });
});

it('refuses a signature that is not one of the key', async () => {
  await writeService('crypto.sign(null, Buffer.from("something else"), key).toString("base64")');
  const signer = await createSigningCommand(program).open();
  await expect(signer.sign({ a: 1 })).rejects.toMatchObject({ type: 'InvalidInput' });
});

it('says in the words of the service why it does not sign, as something that may pass', async () => {
  await writeService('process.exit(console.error("the vault is sealed") ?? 7)');
  const signer = await createSigningCommand(program).open();
  await expect(signer.sign({ a: 1 })).rejects.toMatchObject({
    type: 'SigningUnavailable',
    message: `${program} sign failed: it ended with 7 the vault is sealed`,
  });
  const missing = createSigningCommand(join(folder, 'gone')).open();
  await expect(missing).rejects.toMatchObject({ type: 'SigningUnavailable' });
});
