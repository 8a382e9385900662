// So many pieces of work at once; the others wait, in the order in which they came.

export interface Turns {
  /** @throws the signal's reason, at once, where it waits; the work itself obeys its own */
  readonly take: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  const begin = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        running += 1;
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(signal.reason as Error);
      };
      signal.throwIfAborted();
      if (running < atOnce) {
        start();
        return;
      }
      waiting.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  return {
    take: async (work, signal) => {
      await begin(signal);
      try {
        return await work();
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
  };
}
