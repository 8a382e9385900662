// Clients that each ask, wait, and ask again over a connection that they keep, until they are told to end.
import { Pool } from 'undici';
import { z } from 'zod';

const answerSchema = z.object({ version: z.number() });

export interface Load {
  /** Of requests that were answered, by version. */
  readonly answered: ReadonlyMap<number, number>;
  /** What was wrong with the others. */
  readonly failures: readonly string[];
  readonly total: () => number;
  /** @returns once every request has ended */
  readonly stop: () => Promise<void>;
}

/** @param clients that ask at once */
export function startLoad(url: string, model: string, clients: number): Load {
  const pool = new Pool(url, { connections: clients });
  const answered = new Map<number, number>();
  const failures: string[] = [];
  let total = 0;
  let stopped = false;
  const ask = async (): Promise<void> => {
    const { statusCode, body } = await pool.request({
      ...{ path: '/v1/classifications', method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ model, input: `meet me at noon, for the ${total}th time` }),
    });
    const answer: unknown = await body.json();
    if (statusCode !== 200) throw new Error(`status ${statusCode}: ${JSON.stringify(answer)}`);
    const { version } = answerSchema.parse(answer);
    answered.set(version, (answered.get(version) ?? 0) + 1);
  };
  const client = async (): Promise<void> => {
    while (!stopped) {
      total += 1;
      await ask().catch((error: unknown) => failures.push(String(error)));
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    ...{ answered, failures },
    total: () => total,
    stop: async () => {
      stopped = true;
      await running;
      await pool.close();
    },
  };
}
