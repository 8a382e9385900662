// What sources have in common that ask the interface of a host: a client for the time of a run, plain data as their
// memory, and an end for now where the host wants to be left alone.
import type { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Secret } from '../../settings/secret.ts';
import type { Found, Source } from '../source.ts';
import { packState, unpackState } from '../state-cursor.ts';
import type { HttpClient } from '../web/http-get.ts';
import { type Clock, HostBusyError, machineClock } from '../web/patient-client.ts';
import { withClient } from '../web/with-client.ts';
import { type Api, createApi, type RemoteSpec } from './api-client.ts';

export interface ApiContext {
  readonly now: () => Date;
  /** The machine's where absent. */
  readonly clock?: Clock;
  /** Variables of the environment that hold tokens. */
  readonly secrets?: (variable: string) => Secret | undefined;
}

export interface ApiKind<State> {
  /** Where it asks. */
  readonly address: string;
  /** What it remembers: plain data. */
  readonly state: z.ZodType<State>;
  readonly begin: State;
  /** Brings what is new. It changes the state before it yields, so that a run goes on behind what was yielded. */
  readonly collect: (api: Api, state: State, signal: AbortSignal) => AsyncGenerator<Found>;
}

/** What a kill may cost: what was asked for in so long. */
const KEEP_AFTER_SECONDS = 30;

function readToken(variable: string | undefined, { secrets }: ApiContext): Secret | undefined {
  if (variable === undefined) return undefined;
  const token = secrets?.(variable);
  if (token !== undefined) return token;
  throw new CoppiceFailure('SourceForbidden', `the worker's environment has no variable ${variable}`);
}

/** Makes a source of an interface. */
export function createApiSource<State>(
  spec: RemoteSpec & { readonly tokenVariable?: string | undefined },
  context: ApiContext,
  { address, state: schema, begin, collect }: ApiKind<State>,
): Source {
  const { clock = machineClock } = context;
  return {
    name: spec.name,
    keepAfterSeconds: KEEP_AFTER_SECONDS,
    collect: async function* (before, signal) {
      signal.throwIfAborted();
      const state = before === undefined ? structuredClone(begin) : unpackState(before, schema);
      const token = readToken(spec.tokenVariable, context);
      const cursor = () => packState(state);
      const ask = (client: HttpClient) =>
        collect(createApi(spec, { client, clock, token, signal }), state, signal);
      try {
        for await (const found of withClient(spec, ask)) {
          yield { ...found, cursor };
          signal.throwIfAborted();
        }
      } catch (error) {
        if (!(error instanceof HostBusyError)) throw error;
        yield { problem: { uri: address, reason: error.message }, cursor };
      }
    },
  };
}
