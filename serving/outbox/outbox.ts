// What a gateway has written down and not yet brought to the store: on its disk, so that a kill loses none of it. Segments
// are shipped whole, in order, under names of their own, and go from the disk once they are in the store.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObservationLog } from '../../artifacts/observations.ts';
import type { Recorded } from '../../contracts/observation.ts';
import type { GatewayMetrics } from '../../monitoring/gateway-metrics.ts';
import { createJournal, isMissing } from './journal.ts';
import { createLeftovers, setAsideFolder } from './leftovers.ts';
import { encodeLine, isSegmentName, type OutboxEntry, readSegment, segmentTime } from './segments.ts';

/** Not written down: the outbox is at its limit, or its disk does not take it. */
export class OutboxRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OutboxRefusal';
  }
}

export interface OutboxDependencies {
  /** Of all gateways of this machine. */
  readonly root: string;
  readonly replica: string;
  /** Bytes on the disk at most. */
  readonly limitBytes: number;
  readonly log: Pick<ObservationLog, 'append'>;
  /** Leaves out what has been forgotten since it was written. */
  readonly withoutForgotten: (records: readonly Recorded[]) => Promise<readonly Recorded[]>;
  readonly metrics: Pick<GatewayMetrics, 'showOutbox' | 'countShipped' | 'countRefused' | 'countDamaged'>;
  readonly warn: (message: string) => void;
  readonly now?: () => Date;
}

export interface Outbox {
  /**
   * @returns once all are on the disk
   * @throws OutboxRefusal where none of them counts as written down
   */
  append(entries: readonly OutboxEntry[]): Promise<void>;
  /** Brings to the store what is there. @throws CoppiceFailure where the store is away: the next call goes on */
  ship(): Promise<void>;
  /** Says that this gateway lives, and takes over what dead ones of this machine have left. */
  keep(): Promise<void>;
  /** After the last append: ships once more, and leaves the rest to whoever comes next. */
  stop(): Promise<void>;
}

export async function openOutbox(dependencies: OutboxDependencies): Promise<Outbox> {
  const { root, limitBytes, log, withoutForgotten, metrics, warn, now = () => new Date() } = dependencies;
  const replica = encodeURIComponent(dependencies.replica);
  const directory = join(root, replica);
  const journal = createJournal({ directory, replica, now });
  const leftovers = createLeftovers(root, replica);
  let storedBytes = 0;
  let refusing = false;
  let shipping: Promise<void> = Promise.resolve();

  const keep = async (): Promise<void> => {
    await leftovers.renew();
    const taken = await leftovers.takeOver();
    if (taken > 0) warn(`${taken} segments of a gateway that has died are shipped from here`);
  };

  /** @returns names of segments that are closed, the oldest first */
  const measure = async (): Promise<string[]> => {
    const names = (await readdir(directory)).filter(isSegmentName).sort();
    const sizes = await Promise.all(names.map((name) => sizeOf(join(directory, name))));
    storedBytes = sizes.reduce((sum, size) => sum + size, 0);
    const oldest = names.find((_, index) => sizes[index] > 0);
    const waitedMs = oldest === undefined ? 0 : now().getTime() - segmentTime(oldest).getTime();
    metrics.showOutbox({ bytes: storedBytes, oldestSeconds: Math.max(0, waitedMs / 1_000) });
    const active = journal.active();
    return names.filter((name) => name !== active);
  };

  const shipSegment = async (name: string): Promise<void> => {
    const path = join(directory, name);
    const { entries, damaged, torn } = readSegment(await readFile(path));
    if (torn) warn(`${name} ends within a line that was never acknowledged`);
    if (damaged.length > 0) await setAside(name, damaged);
    for (const [model, gathered] of byModel(entries)) {
      const records = await withoutForgotten(gathered);
      await log.append(model, records, { name, time: segmentTime(name) });
      for (const { kind } of records) metrics.countShipped(kind);
    }
    await rm(path, { force: true });
  };

  const setAside = async (name: string, lines: readonly string[]): Promise<void> => {
    await mkdir(join(root, setAsideFolder), { recursive: true });
    await writeFile(join(root, setAsideFolder, name), lines.map((line) => `${line}\n`).join(''));
    metrics.countDamaged(lines.length);
    warn(`${lines.length} damaged lines of ${name} are set aside`);
  };

  const shipAll = async (): Promise<void> => {
    let closed = await measure();
    // While the store is away one segment grows, in the place of many small ones.
    if (closed.length === 0) {
      await journal.seal();
      closed = await measure();
    }
    for (const name of closed) await shipSegment(name).catch(unlessTaken);
    if (closed.length > 0) await measure();
  };

  const ship = (): Promise<void> => {
    const shipped = shipping.then(shipAll);
    shipping = shipped.catch(() => undefined);
    return shipped;
  };

  const refusal = (entries: readonly OutboxEntry[], reason: string): OutboxRefusal => {
    for (const { record } of entries) metrics.countRefused(record.kind);
    if (!refusing) warn(`records are refused: ${reason}`);
    refusing = true;
    return new OutboxRefusal(reason);
  };

  await keep();
  await measure();
  return {
    append: async (entries) => {
      const lines = entries.map(encodeLine).join('');
      const bytes = Buffer.byteLength(lines);
      if (storedBytes + bytes > limitBytes)
        throw refusal(entries, `${storedBytes} bytes wait for the store; the limit is ${limitBytes}`);
      storedBytes += bytes;
      try {
        await journal.append(lines);
      } catch (error) {
        throw refusal(entries, `the disk does not take it: ${messageOf(error)}`);
      }
      refusing = false;
    },
    ship,
    keep,
    stop: async () => {
      try {
        await ship();
        await ship(); // what came while the first was under way
      } catch (error) {
        warn(`what waits is shipped later: ${messageOf(error)}`);
      }
      await journal.seal();
      await leftovers.leave();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function byModel(entries: readonly OutboxEntry[]): Map<string, Recorded[]> {
  const models = new Map<string, Recorded[]>();
  for (const { model, record } of entries) {
    const records = models.get(model) ?? [];
    records.push(record);
    models.set(model, records);
  }
  return models;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    unlessTaken(error);
    return 0;
  }
}

/** A gateway that was held up may find that another ships its segments. */
function unlessTaken(error: unknown): void {
  if (!isMissing(error)) throw error;
}
