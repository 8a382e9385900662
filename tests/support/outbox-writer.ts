// A process that writes into an outbox and ships from it, as fast as it can, until it is killed; it tells the id of each
// record once that was acknowledged. Arguments: the outbox's folder, its replica, and where objects are kept.
import { createObservationLog } from '../../artifacts/observations.ts';
import { openOutbox } from '../../serving/outbox/outbox.ts';
import { createFolderStore } from './folder-store.ts';

const [root, replica, bucket] = process.argv.slice(2);
const ignore = () => undefined;
const outbox = await openOutbox({
  ...{ root, replica, limitBytes: 100_000_000, log: createObservationLog(createFolderStore(bucket)) },
  metrics: { showOutbox: ignore, countShipped: ignore, countRefused: ignore, countDamaged: ignore },
  withoutForgotten: (records) => Promise.resolve(records),
  warn: ignore,
});

const write = async (writer: number): Promise<never> => {
  for (let turn = 0; ; turn += 1) {
    const id = `${replica}-${writer}-${turn}`;
    const at = new Date().toISOString();
    const record = { kind: 'feedback', id, prediction: id, label: 'spam', at } as const;
    await outbox.append([{ model: 'mail-filter', record }]);
    process.send?.(id);
  }
};
const ship = async (): Promise<never> => {
  for (;;) {
    await outbox.ship();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
await Promise.all([...Array.from({ length: 8 }, (_, writer) => write(writer)), ship()]);
