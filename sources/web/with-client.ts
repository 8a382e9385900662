// A client for the time of a run.
import { createHttpClient, type HttpClient } from './http-get.ts';

interface ClientSpec {
  readonly timeoutSeconds: number;
  readonly allowPrivateHosts: readonly string[];
}

/** @param use brings items by the client, which is closed behind the last of them, or where somebody takes no more */
export async function* withClient<T>(
  { timeoutSeconds, allowPrivateHosts }: ClientSpec,
  use: (client: HttpClient) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const allowed = new Set(allowPrivateHosts);
  const client = createHttpClient({ allowed, timeoutMs: timeoutSeconds * 1_000 });
  try {
    yield* use(client);
  } finally {
    await client.close();
  }
}
