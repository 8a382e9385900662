// Politeness: one request at a time, a pause between two to the same host, and patience with a host that is busy. It waits
// as long as the host asks (Retry-After, RFC 9110 10.2.3), up to a bound beyond which the host is left for another run.
import { setTimeout } from 'node:timers/promises';
import type { GetOptions, HttpClient, NoReply, Reply } from './http-get.ts';

/** Time as the crawler sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const machineClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
};

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 1_000; // before a second attempt; doubled before the third

/** The host asks for a longer pause than anybody waits here. */
export class HostBusyError extends Error {
  constructor() {
    super('asks for a longer pause than maximumWaitSeconds');
    this.name = 'HostBusyError';
  }
}

/**
 * Reads Retry-After: seconds, or a date.
 * @param now milliseconds since 1970
 * @returns milliseconds, or nothing where it says neither
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

export interface PatientClient {
  /** @param delayMs pause that the host wants between requests */
  readonly get: (url: URL, options: GetOptions & { readonly delayMs: number }) => Promise<Reply | NoReply>;
}

/** @param maximumWaitMs the longest pause that a host may ask for */
export function createPatientClient(
  client: HttpClient,
  { clock, maximumWaitMs }: { readonly clock: Clock; readonly maximumWaitMs: number },
): PatientClient {
  const nextAt = new Map<string, number>();

  /** @returns what to do with a reply: milliseconds to wait for another attempt, or nothing if it stands */
  const pauseAfter = (reply: Reply | NoReply, attempt: number): number | undefined => {
    const backOff = FIRST_PAUSE_MS * 2 ** (attempt - 1);
    if ('problem' in reply) return reply.isPassing ? backOff : undefined;
    if (reply.status !== 429 && reply.status < 500) return undefined;
    return retryAfterMs(reply.header('retry-after'), clock.now()) ?? backOff;
  };

  return {
    get: async (url, { delayMs, ...options }) => {
      if (delayMs > maximumWaitMs) throw new HostBusyError();
      for (let attempt = 1; ; attempt += 1) {
        const pause = (nextAt.get(url.host) ?? 0) - clock.now();
        if (pause > 0) await clock.wait(pause, options.signal);
        const reply = await client.get(url, options);
        const again = pauseAfter(reply, attempt);
        nextAt.set(url.host, clock.now() + Math.max(delayMs, again ?? 0));
        if (again === undefined) return reply;
        if (again > maximumWaitMs) throw new HostBusyError();
        if (attempt === ATTEMPTS) return reply;
      }
    },
  };
}
