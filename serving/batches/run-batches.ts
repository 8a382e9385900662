// Answers batches through the gateway's own routes, one request at a time, so that whoever waits comes first. What became of
// some requests is written once; whoever takes over a batch goes on behind it.

import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Claims } from '../../artifacts/claims.ts';
import { hasEnded } from './batch-routes.ts';
import type { Batch, RequestLine } from './batch-schemas.ts';
import type { BatchStore, Part } from './batch-store.ts';
import { readRequests } from './read-requests.ts';

/** Requests of a part: what a gateway that is killed asks again. */
const requestsAPart = 10;
/** Where the gateway is busy, or a version is away. */
const retryMs = 1_000;
const retriedStatuses = [429, 503];

export interface BatchRunnerDependencies {
  readonly store: BatchStore;
  readonly claims: Claims;
  /** Who holds a batch while it answers. */
  readonly replica: string;
  /** Asks a route of this gateway. */
  readonly ask: (url: string, body: object) => Promise<{ status: number; requestId: string; body: unknown }>;
  readonly warn: (message: string) => void;
  /** Between two looks for batches. */
  readonly lookEveryMs?: number;
}

export function createBatchRunner(dependencies: BatchRunnerDependencies) {
  const { store, claims, replica, ask, warn, lookEveryMs = 2_000 } = dependencies;
  const stopping = new AbortController();
  const { signal } = stopping;
  const seconds = (): number => Math.floor(store.now().getTime() / 1_000);

  /** A batch that runs for long finds the gateway busy, and waits; it is never given up for that. */
  const answer = async ({ url, body }: RequestLine): ReturnType<BatchRunnerDependencies['ask']> => {
    for (;;) {
      const given = await ask(url, body);
      if (!retriedStatuses.includes(given.status)) return given;
      await wait(retryMs, undefined, { signal });
    }
  };

  const answerPart = async (batch: Batch, requests: readonly RequestLine[], first: number): Promise<Part> => {
    const part: Part = { answers: [], errors: [] };
    for (const [at, request] of requests.entries()) {
      signal.throwIfAborted();
      const { status, requestId, body } =
        request.body['stream'] === true
          ? { status: 400, requestId: '', body: { error: { message: 'stream: a batch cannot stream' } } }
          : await answer(request);
      const line = JSON.stringify({
        ...{ id: `batch_req-${batch.id}-${first + at}`, custom_id: request.custom_id },
        ...{ response: { status_code: status, request_id: requestId, body }, error: null },
      });
      (status < 300 ? part.answers : part.errors).push(line);
    }
    return part;
  };

  /** @returns how it ends, once all is answered, it is told to, or its time is over */
  const answerAll = async (begun: Batch, requests: readonly RequestLine[]): Promise<Batch> => {
    const parts: Part[] = [];
    const counted = (): Batch => {
      const of = (kind: keyof Part) => parts.reduce((sum, part) => sum + part[kind].length, 0);
      return {
        ...begun,
        request_counts: { total: requests.length, completed: of('answers'), failed: of('errors') },
      };
    };
    let ending: Pick<Batch, 'status'> & Partial<Batch> = { status: 'completed' };
    for (let first = 0; first < requests.length; first += requestsAPart) {
      if (await store.isCancelled(begun.id)) {
        ending = { status: 'cancelled', cancelling_at: seconds(), cancelled_at: seconds() };
        break;
      }
      if (seconds() >= begun.expires_at) {
        ending = { status: 'expired', expired_at: seconds() };
        break;
      }
      const place = first / requestsAPart;
      if ((await store.readPart(begun.id, place)) === undefined)
        await store.writePart(
          begun.id,
          place,
          await answerPart(begun, requests.slice(first, first + requestsAPart), first),
        );
      const written = await store.readPart(begun.id, place); // another gateway may have been first
      if (written) parts.push(written);
      await store.writeBatch(counted());
    }
    const file = async (kind: keyof Part): Promise<string | null> => {
      const lines = parts.flatMap((part) => part[kind]);
      if (lines.length === 0) return null;
      const id = `file-${begun.id.slice('batch-'.length)}-${kind === 'answers' ? '0' : '1'}`;
      const named = { id, filename: `${begun.id}_${kind}.jsonl`, purpose: 'batch_output' as const };
      return (await store.writeFile(Buffer.from(`${lines.join('\n')}\n`), named)).id;
    };
    const files = { output_file_id: await file('answers'), error_file_id: await file('errors') };
    return {
      ...counted(),
      ...files,
      ...(ending.status === 'completed' && { completed_at: seconds() }),
      ...ending,
    };
  };

  const run = async (batch: Batch): Promise<void> => {
    const failed = (data: NonNullable<Batch['errors']>['data']) =>
      store.writeBatch({
        ...batch,
        status: 'failed',
        failed_at: seconds(),
        errors: { object: 'list', data },
      });
    const isThere = await store.readFile(batch.input_file_id);
    if (!isThere)
      return failed([
        { code: 'file_not_found', message: `${batch.input_file_id} is gone`, line: null, param: null },
      ]);
    const read = readRequests(await buffer(await store.openFile(batch.input_file_id)), batch.endpoint);
    if ('problems' in read) return failed([...read.problems]);
    const begun: Batch = {
      ...batch,
      status: 'in_progress',
      in_progress_at: batch.in_progress_at ?? seconds(),
    };
    await store.writeBatch(begun);
    await store.writeBatch(await answerAll(begun, read.requests));
  };

  /** Takes what nobody holds. */
  const look = async (): Promise<void> => {
    for (const { id } of (await store.listBatches()).filter((it) => !hasEnded(it))) {
      const claim = await claims.take(id, replica);
      if (!claim.taken) continue;
      try {
        const batch = await store.readBatch(id); // as it is now that nobody else writes it
        if (batch && !hasEnded(batch)) await run(batch);
      } finally {
        await claim.release();
      }
    }
  };

  const loop = async (): Promise<void> => {
    let troubled = '';
    while (!signal.aborted) {
      troubled = await look().then(
        () => '',
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          if (!signal.aborted && message !== troubled) warn(`batches: ${message}`); // said once
          return message;
        },
      );
      await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  };
  let running: Promise<void> = Promise.resolve();

  return {
    start: (): void => {
      running = loop();
    },
    /** What is being answered is let go of; the next gateway goes on with it. */
    stop: async (): Promise<void> => {
      stopping.abort(new Error('the gateway stops'));
      await running;
    },
  };
}

/** @returns a function that asks a route of a server as a client would, without a connection */
export function askServer(server: FastifyInstance): BatchRunnerDependencies['ask'] {
  return async (url, payload) => {
    const { statusCode: status, headers, body } = await server.inject({ method: 'POST', url, payload });
    return { status, requestId: String(headers['x-request-id']), body: JSON.parse(body) as unknown };
  };
}
