// keys: whose signatures the registry's readers believe, and how that is changed.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type KeyChange, keyChangeSchema, type TrustList } from '../../contracts/trust.ts';
import { BadArgument } from '../arguments.ts';
import { controlApi, requester, withClient } from '../context.ts';
import { createOutput, shortTime, table } from '../output.ts';

interface Options {
  readonly json: boolean;
  readonly reason: string;
}

export function keyVerbs(program: Command): void {
  const keys = program.command('keys').description('whose signatures the registry believes');
  keys
    .command('list')
    .description('all keys, and which were revoked')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const list = await (await controlApi()).keys();
      createOutput(json).result(list, () => describeKeys(list));
    });
  const change = (name: string, description: string): Command =>
    keys
      .command(name)
      .description(description)
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--json', 'print JSON', false);
  change('rotate', 'make a new key that signs from now on; what the old one signed stays valid').action(
    (options: Options) => send({ kind: 'rotate' }, options),
  );
  change('trust', 'let a key that stands elsewhere sign as well')
    .argument('<file>', 'its public key, PEM')
    .action(async (file: string, options: Options) =>
      send({ kind: 'trust', publicKey: await readPublicKey(file) }, options),
    );
  change('revoke', 'end a key: what it signs from now on is refused')
    .argument('<key id>', 'as `coppice keys list` shows it')
    .action((keyId: string, options: Options) => send({ kind: 'revoke', keyId }, options));
}

async function send(change: KeyChange['change'], { json, reason }: Options): Promise<void> {
  const parsed = keyChangeSchema.shape.change.safeParse(change);
  if (!parsed.success) throw new BadArgument(`the key: ${parsed.error.issues[0].message}`);
  const result = await withClient((client) => client.changeKeys({ change, by: requester(), reason }));
  createOutput(json).result(result, () => {
    const done = { rotate: 'made', trust: 'trusted', revoke: 'revoked' }[change.kind];
    return `${result.keyId} ${done}; ${result.signingKeyId} signs (keys of generation ${result.generation})`;
  });
}

/** @throws BadArgument where it is no public key; a private one is not sent anywhere */
async function readPublicKey(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BadArgument(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  });
  if (text.includes('PRIVATE')) throw new BadArgument(`${file} holds a private key: give its public half`);
  if (!text.includes('BEGIN PUBLIC KEY')) throw new BadArgument(`${file} holds no public key in PEM form`);
  return text;
}

/** @returns a row a key, the newest last */
export function describeKeys({ generation, keys }: TrustList): string {
  const rows = keys.map(({ keyId, addedAt, revoked }) => [
    keyId,
    addedAt === undefined ? '' : shortTime(addedAt),
    revoked ? `revoked ${shortTime(revoked.at)} by ${revoked.by}: ${revoked.reason}` : 'trusted',
  ]);
  return [table(['key', 'since', 'state'], rows), `generation ${generation}`].join('\n');
}
