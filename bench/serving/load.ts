// Clients over loopback that each ask, wait, and ask again; and what a process and those below it have computed.
import { readdir, readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import { z } from 'zod';
import { model } from './work.ts';

const answerSchema = z.object({ probabilities: z.record(z.string(), z.number()) });

export interface Answered {
  /** Of each request, in the order of the texts. */
  readonly probabilities: readonly Readonly<Record<string, number>>[];
  readonly milliseconds: readonly number[];
}

export async function askAll(port: number, texts: readonly string[], clients: number): Promise<Answered> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients });
  const probabilities: Readonly<Record<string, number>>[] = [];
  const milliseconds: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < texts.length) {
      const index = next;
      next += 1;
      const begun = performance.now();
      const { statusCode, body } = await pool.request({
        ...{ path: '/v1/classifications', method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ model, input: texts[index] }),
      });
      const answer: unknown = await body.json();
      milliseconds[index] = performance.now() - begun;
      if (statusCode !== 200) throw new Error(`status ${statusCode}: ${JSON.stringify(answer)}`);
      probabilities[index] = answerSchema.parse(answer).probabilities;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.close();
  return { probabilities, milliseconds };
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
