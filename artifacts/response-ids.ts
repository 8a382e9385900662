// Names of answers that a gateway can tell from made-up ones, whichever gateway gave them: when, 8 random bytes, and an
// HMAC-SHA-256 (RFC 2104) of both, of the kind of the answer and of its model, under a key that all gateways share.
//   gateways/response-key             32 random bytes
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ObjectStore } from './object-store.ts';
import { putIfAbsent, readObject } from './object-store.ts';

const keyPath = 'gateways/response-key';
const timeBytes = 6;
const randomLength = 8;
/** 2⁶⁴ guesses, each of them a request. */
const checkBytes = 8;
const form = /^([a-z]{2,12})-([0-9a-f]{44})$/;

/** Of one model. */
export interface ResponseIds {
  /** @param prefix says what kind of an answer it is, in lower-case letters */
  issue(prefix: string): string;
  /** @returns undefined where no gateway of this store can have given it to an answer of this model */
  read(id: string): { readonly prefix: string; readonly at: Date } | undefined;
}

/** @param key of {@link readResponseKey} */
export function createResponseIds(key: Buffer, model: string): ResponseIds {
  const checkOf = (prefix: string, head: Buffer): Buffer =>
    createHmac('sha256', key).update(`${prefix}\n${model}\n`).update(head).digest().subarray(0, checkBytes);
  return {
    issue: (prefix) => {
      const time = Buffer.alloc(timeBytes);
      time.writeUIntBE(Date.now(), 0, timeBytes);
      const head = Buffer.concat([time, randomBytes(randomLength)]);
      return `${prefix}-${Buffer.concat([head, checkOf(prefix, head)]).toString('hex')}`;
    },
    read: (id) => {
      const parts = form.exec(id);
      if (!parts) return undefined;
      const [, prefix, hex] = parts;
      const bytes = Buffer.from(hex, 'hex');
      const head = bytes.subarray(0, timeBytes + randomLength);
      if (!timingSafeEqual(checkOf(prefix, head), bytes.subarray(head.length))) return undefined;
      return { prefix, at: new Date(head.readUIntBE(0, timeBytes)) };
    },
  };
}

/** Made once: of two gateways that come at the same time, both use the one that was written. */
export async function readResponseKey(objects: ObjectStore): Promise<Buffer> {
  const known = await readObject(objects, keyPath);
  if (known) return known;
  await putIfAbsent(objects, keyPath, randomBytes(32));
  return readResponseKey(objects);
}
