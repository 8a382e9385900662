// The hook for a key service: a program of the operator's that signs, so that the private key is in no file and no
// process of Coppice. `<program> public-key` prints the key (PEM, SPKI); `<program> sign` reads bytes from its standard
// input and prints their ed25519 signature in base64.
import { spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { KeyHolder } from './key-file.ts';
import { keyIdOf } from './signing.ts';

/** A commit waits for a signature, and a rollback for the commit. */
const answerWithinMs = 15_000;
/** Of what a program says when it fails. */
const messageLength = 300;

/**
 * @param program path of an executable; it is started without a shell, once for each signature
 * @returns a holder that makes no keys: the service does, and `coppice keys trust` makes them known
 */
export function createSigningCommand(program: string): KeyHolder {
  return {
    location: program,
    open: async () => {
      const publicKey = readPublicKey(program, await run(program, 'public-key', ''));
      const keyId = keyIdOf(publicKey);
      return {
        keyId,
        publicKey,
        sign: async (document) => {
          const bytes = Buffer.from(canonicalJson(document));
          const signature = (await run(program, 'sign', bytes)).trim();
          // A service that signs with another key by now must not write what no reader believes.
          if (verify(null, bytes, publicKey, Buffer.from(signature, 'base64')))
            return { document, keyId, signature };
          const message = `${program} sign printed no signature of the key ${keyId}; if the service has a new key, start the worker again`;
          throw new CoppiceFailure('InvalidInput', message, { program, keyId });
        },
      };
    },
  };
}

function readPublicKey(program: string, pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  const message = `${program} public-key printed no ed25519 public key in PEM form`;
  throw new CoppiceFailure('InvalidInput', message, { program });
}

/** @returns what the program printed */
async function run(program: string, verb: string, input: Buffer | string): Promise<string> {
  const failed = (reason: string) =>
    new CoppiceFailure('SigningUnavailable', `${program} ${verb} failed: ${reason}`, { program });
  const child = spawn(program, [verb], { stdio: ['pipe', 'pipe', 'pipe'], timeout: answerWithinMs });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(failed(error.message)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve('');
      else
        resolve(
          signal === null ? `it ended with ${code ?? '?'}` : `no answer in ${answerWithinMs / 1_000} s`,
        );
    });
  });
  child.stdin.on('error', () => undefined); // a program that reads nothing: its exit code tells
  child.stdin.end(input);
  const [out, err, problem] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (problem === '') return out;
  throw failed(`${problem} ${err.trim().slice(0, messageLength)}`.trim());
}
