// Asks the interface of a host: patiently, on its own origin alone, and with a token that goes into a header.
import type { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Secret } from '../../settings/secret.ts';
import type { HttpClient, NoReply, Reply } from '../web/http-get.ts';
import { charsetOf, decodePage } from '../web/page-text.ts';
import { type Clock, createPatientClient, HostBusyError, retryAfterMs } from '../web/patient-client.ts';

export interface RemoteSpec {
  readonly name: string;
  readonly maximumReplyBytes: number;
  readonly timeoutSeconds: number;
  readonly delaySeconds: number;
  readonly maximumWaitSeconds: number;
  readonly userAgent: string;
  readonly allowPrivateHosts: readonly string[];
}

/** An answer that was read. */
export interface Answer<T> {
  readonly value: T;
  readonly header: Reply['header'];
}

export interface Api {
  /**
   * @returns a reply with status 200
   * @throws CoppiceFailure SourceForbidden, InvalidInput or SourceUnavailable by what the host says
   * @throws HostBusyError where the host asks for more patience than there is
   */
  readonly get: (url: URL, accept: string) => Promise<Reply>;
  /** The same, for JSON of a known shape. */
  readonly getJson: <T>(url: URL, schema: z.ZodType<T>) => Promise<Answer<T>>;
  /** Leaves the host alone for so long. @throws HostBusyError where that is too long */
  readonly pause: (ms: number) => Promise<void>;
  readonly clock: Clock;
}

const REDIRECTS = 5;

function place({ host, pathname }: URL): string {
  return `${host}${pathname}`;
}

/** Says why there is no answer. Addresses without their query, which may be long. */
function failureOf(url: URL, { problem, isPassing }: NoReply): CoppiceFailure {
  const type = isPassing || !problem.includes('not public') ? 'SourceUnavailable' : 'SourceForbidden';
  return new CoppiceFailure(type, `${place(url)}: ${problem}`);
}

function refusalOf(url: URL, status: number): Error {
  if (status === 429) return new HostBusyError();
  const message = `${place(url)} answered ${status}`;
  if (status === 401 || status === 403) return new CoppiceFailure('SourceForbidden', message);
  if (status >= 500) return new CoppiceFailure('SourceUnavailable', message);
  return new CoppiceFailure('InvalidInput', `${message}: what was asked for is not there`);
}

/** Where a redirect leads. It must not leave the origin, or the token would go elsewhere. */
function follow(url: URL, { header }: Reply): URL {
  const location = header('location') ?? '';
  const isAddress = location !== '' && URL.canParse(location, url.href);
  const target = isAddress ? new URL(location, url) : undefined;
  if (target?.origin === url.origin) return target;
  throw new CoppiceFailure('InvalidInput', `${place(url)} redirects to ${target?.origin ?? 'no address'}`);
}

/** @throws CoppiceFailure SourceUnavailable where the answer is none of that shape */
function readJson<T>(url: URL, { bytes, header }: Reply, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    // JSON is UTF-8 (RFC 8259, 8.1); hosts that write it otherwise are read as they say, or as their bytes say.
    value = JSON.parse(decodePage(bytes, charsetOf(header('content-type') ?? '') ?? 'utf-8'));
  } catch {
    throw new CoppiceFailure('SourceUnavailable', `${place(url)} answered with what is no JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const where = path.length === 0 ? '' : ` at ${path.map(String).join('.')}`;
  throw new CoppiceFailure(
    'SourceUnavailable',
    `${place(url)} answered in another shape${where}: ${message}`,
  );
}

/**
 * Reads how long a host wants to be left alone whose limit is used up: `X-RateLimit-Remaining` and `X-RateLimit-Reset`,
 * the latter in seconds or as a date.
 * @param now milliseconds since 1970
 * @returns milliseconds
 */
export function restMs(header: Reply['header'], now: number): number {
  const remaining = Number(header('x-ratelimit-remaining')?.trim() || Number.NaN);
  if (Number.isNaN(remaining) || remaining >= 1) return 0;
  return retryAfterMs(header('x-ratelimit-reset')?.replace(/\.\d{1,9}$/, ''), now) ?? 0;
}

export interface ApiOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly token: Secret | undefined;
  readonly signal: AbortSignal;
}

export function createApi(spec: RemoteSpec, { client, clock, token, signal }: ApiOptions): Api {
  const maximumWaitMs = spec.maximumWaitSeconds * 1_000;
  const patient = createPatientClient(client, { clock, maximumWaitMs });
  let restUntil = 0; // milliseconds since 1970
  const pause = async (ms: number): Promise<void> => {
    if (ms > maximumWaitMs) throw new HostBusyError();
    if (ms > 0) await clock.wait(ms, signal);
  };
  const get: Api['get'] = async (first, accept) => {
    let url = first;
    await pause(restUntil - clock.now());
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const reply = await patient.get(url, {
        headers: {
          ...{ accept, 'user-agent': spec.userAgent },
          ...(token && { authorization: `Bearer ${token.reveal()}` }),
        },
        maximumBytes: spec.maximumReplyBytes,
        beyond: 'refuse',
        delayMs: spec.delaySeconds * 1_000,
        signal,
      });
      if ('problem' in reply) throw failureOf(url, reply);
      restUntil = clock.now() + restMs(reply.header, clock.now());
      if (reply.status === 200) return reply;
      if (reply.status < 300 || reply.status >= 400) throw refusalOf(url, reply.status);
      url = follow(url, reply);
    }
    throw new CoppiceFailure('SourceUnavailable', `${place(first)}: more than ${REDIRECTS} redirects`);
  };
  return {
    get,
    getJson: async (url, schema) => {
      const reply = await get(url, 'application/json');
      return { value: readJson(url, reply, schema), header: reply.header };
    },
    pause,
    clock,
  };
}
