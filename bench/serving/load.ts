// Clients over loopback that each ask, wait, and ask again; and what a process and those below it have computed.
import { readdir, readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import type { z } from 'zod';

export interface Asked<T> {
  readonly path: string;
  /** Of each request. */
  readonly bodies: readonly object[];
  readonly schema: z.ZodType<T>;
  /** That ask at once. */
  readonly clients: number;
}

export interface Answered<T> {
  /** In the order of the bodies. */
  readonly answers: readonly T[];
  readonly milliseconds: readonly number[];
}

/** @throws Error where a request is not answered */
export async function askAll<T>(
  url: string,
  { path, bodies, schema, clients }: Asked<T>,
): Promise<Answered<T>> {
  const pool = new Pool(url, { connections: clients });
  const answers: T[] = [];
  const milliseconds: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < bodies.length) {
      const index = next;
      next += 1;
      const begun = performance.now();
      const { statusCode, body } = await pool.request({
        ...{ path, method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(bodies[index]),
      });
      const answer: unknown = await body.json();
      milliseconds[index] = performance.now() - begun;
      if (statusCode !== 200) throw new Error(`status ${statusCode}: ${JSON.stringify(answer)}`);
      answers[index] = schema.parse(answer);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.close();
  return { answers, milliseconds };
}

/** Hundredths of a second, as Linux counts them for people. */
const ticksPerSecond = 100;

/** @returns processor seconds of a process and its children that live, from /proc */
export async function processorSeconds(pid: number): Promise<number> {
  let ticks = 0;
  for (const name of (await readdir('/proc')).filter((it) => /^\d+$/.test(it))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(name) === pid || Number(fields[1]) === pid) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}
