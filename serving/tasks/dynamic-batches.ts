// What comes while something is computed is computed together next: in groups, such as of like length, the oldest first.

export interface DynamicBatches<Item, Answer> {
  /** @throws the signal's reason, at once where the item still waits; what computing threw */
  readonly add: (item: Item, signal: AbortSignal) => Promise<Answer>;
}

export interface DynamicBatchesOptions<Item, Answer> {
  /** Only items of one group are computed together. */
  readonly groupOf: (item: Item) => number;
  /** How many of a group are at most. */
  readonly sizeOf: (group: number) => number;
  /** How long the oldest may wait for its batch to be full. */
  readonly maximumWaitMs: number;
  /** @param items a power of two of them */
  readonly compute: (items: readonly Item[]) => Promise<readonly Answer[]>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly group: number;
  readonly since: number;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export function createDynamicBatches<Item, Answer>(
  options: DynamicBatchesOptions<Item, Answer>,
): DynamicBatches<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let running = false;

  const computeOne = async (batch: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await options.compute(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    for (;;) {
      await new Promise(setImmediate); // whoever came meanwhile is heard
      waiting = waiting.filter(({ signal }) => !signal.aborted);
      if (waiting.length === 0) break;
      const { batch, isFull, since } = nextBatch(waiting, options);
      const left = since + options.maximumWaitMs - performance.now();
      if (!isFull && options.maximumWaitMs > 0 && left > 0) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(1, left)));
        continue;
      }
      const taken = new Set(batch);
      waiting = waiting.filter((it) => !taken.has(it));
      await computeOne(batch);
    }
    running = false;
  };

  return {
    add: (item, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        const since = performance.now();
        waiting.push({ item, group: options.groupOf(item), since, signal, resolve, reject });
        if (!running) void run();
      }),
  };
}

/** The oldest, and those of its group that came next: a power of two, so that few sizes are ever computed. */
function nextBatch<Item, Answer>(
  waiting: readonly Waiting<Item, Answer>[],
  { sizeOf }: Pick<DynamicBatchesOptions<Item, Answer>, 'sizeOf'>,
) {
  const [{ group, since }] = waiting;
  const size = powerBelow(sizeOf(group));
  const alike = waiting.filter((it) => it.group === group).slice(0, size);
  return { batch: alike.slice(0, powerBelow(alike.length)), isFull: alike.length === size, since };
}

const powerBelow = (count: number): number => 2 ** Math.floor(Math.log2(count));
