// A server as a side of a case: one round asks it everything once.

import type { Side } from '../measure.ts';
import type { Latencies } from './latencies.ts';
import { type Answered, type Asked, askAll, processorSeconds as processorSecondsOf } from './load.ts';
import type { Server } from './server.ts';

export interface AskedSide<T> extends Asked<T> {
  /** The case. */
  readonly name: string;
  readonly latencies: Latencies;
  /** Holds the answers against those of the other sides. */
  readonly check: (answers: Answered<T>['answers']) => void;
}

export function sideOf<T>(name: string, server: Server, asked: AskedSide<T>): Side {
  return {
    name,
    run: async () => {
      const { url, pid } = await server.start();
      const before = await processorSecondsOf(pid);
      const begun = performance.now();
      const { answers, milliseconds } = await askAll(url, asked);
      const seconds = (performance.now() - begun) / 1_000;
      asked.latencies.add(`${asked.name}, ${name}`, milliseconds);
      const processorSeconds = (await processorSecondsOf(pid)) - before;
      asked.check(answers);
      return { seconds, processorSeconds };
    },
  };
}
