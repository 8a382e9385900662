// One request of a crawler, with bounds on its time and on its bytes, packed and unpacked.
import { createGunzip } from 'node:zlib';
import { Agent, errors, request } from 'undici';
import { errorCode } from '../folder.ts';
import { checkLiteralAddress, createPublicLookup, PrivateAddressError } from './addresses.ts';

export interface Reply {
  readonly status: number;
  /** By lower-case names; the first where there are several. */
  readonly header: (name: string) => string | undefined;
  /** Empty where the body was not asked for. */
  readonly bytes: Buffer;
}

/** There is no reply. */
export interface NoReply {
  readonly problem: string;
  /** Whether it may be otherwise in a moment. */
  readonly isPassing: boolean;
}

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly maximumBytes: number;
  /** What becomes of a body that is longer: none of it, or its beginning. */
  readonly beyond: 'refuse' | 'cut';
  /** @returns why the body is not wanted, told by status and headers */
  readonly refuses?: (reply: Omit<Reply, 'bytes'>) => string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpClient {
  /** Follows no redirects. @throws the signal's reason when it is aborted */
  readonly get: (url: URL, options: GetOptions) => Promise<Reply | NoReply>;
  readonly close: () => Promise<void>;
}

const CONNECT_WITHIN_MS = 10_000;

class BodyProblem extends Error {}

async function readBody(
  body: AsyncIterable<Buffer>,
  { maximumBytes, beyond }: Pick<GetOptions, 'maximumBytes' | 'beyond'>,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size <= maximumBytes) continue;
    if (beyond === 'refuse') throw new BodyProblem(`larger than ${maximumBytes} bytes`);
    break;
  }
  return Buffer.concat(pieces).subarray(0, maximumBytes);
}

/** @param allowed names of hosts that may be private */
export function createHttpClient({
  allowed,
  timeoutMs,
}: {
  readonly allowed: ReadonlySet<string>;
  /** Of a request from its beginning to the last byte of its body. */
  readonly timeoutMs: number;
}): HttpClient {
  const agent = new Agent({
    connect: { lookup: createPublicLookup(allowed), timeout: Math.min(CONNECT_WITHIN_MS, timeoutMs) },
    connections: 1,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  async function ask(url: URL, options: GetOptions, deadline: AbortSignal): Promise<Reply> {
    checkLiteralAddress(url, allowed);
    const headers = { ...options.headers, 'accept-encoding': 'gzip' };
    const response = await request(url, { dispatcher: agent, headers, signal: deadline });
    const header = (name: string): string | undefined => {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const { statusCode: status, body } = response;
    const encoding = header('content-encoding')?.trim().toLowerCase() ?? 'identity';
    try {
      const refused = options.refuses?.({ status, header });
      if (refused !== undefined) throw new BodyProblem(refused);
      if (status !== 200) return { status, header, bytes: Buffer.alloc(0) };
      if (['gzip', 'x-gzip'].includes(encoding)) {
        const unzip = createGunzip();
        body.once('error', (error: Error) => unzip.destroy(error));
        return { status, header, bytes: await readBody(body.pipe(unzip), options) };
      }
      if (encoding !== 'identity') throw new BodyProblem('packed in a way that was not asked for');
      return { status, header, bytes: await readBody(body, options) };
    } finally {
      body.on('error', () => undefined); // of what nobody reads any more
      body.destroy();
    }
  }

  return {
    get: async (url, options) => {
      const late = AbortSignal.timeout(timeoutMs);
      try {
        return await ask(url, options, AbortSignal.any([options.signal, late]));
      } catch (error) {
        options.signal.throwIfAborted();
        return problemOf(error, late.aborted);
      }
    },
    close: () => agent.destroy(),
  };
}

function problemOf(error: unknown, isLate: boolean): NoReply {
  if (error instanceof BodyProblem) return { problem: error.message, isPassing: false };
  if (error instanceof PrivateAddressError) return { problem: error.message, isPassing: false };
  const timedOut =
    isLate || error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  if (timedOut) return { problem: 'took too long', isPassing: true };
  const code = errorCode(error);
  if (code.startsWith('Z_')) return { problem: 'packed text that is damaged', isPassing: false };
  return { problem: `unreachable (${code})`, isPassing: true };
}
