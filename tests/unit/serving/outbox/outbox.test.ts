import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLateRecordFilter } from '../../../../artifacts/forgetting/late-records.ts';
import { openTombstones } from '../../../../artifacts/forgetting/tombstones.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { createObservationLog } from '../../../../artifacts/observations.ts';
import type { CompletionRecord, FeedbackRecord } from '../../../../contracts/observation.ts';
import { type Outbox, OutboxRefusal, openOutbox } from '../../../../serving/outbox/outbox.ts';
import { encodeLine, isSegmentName } from '../../../../serving/outbox/segments.ts';
import { createFaultyObjectStore, type FaultyObjectStore } from '../../../support/faulty-object-store.ts';

const model = 'mail-filter';
const start = Date.parse('2026-05-01T12:00:00.000Z');

let root: string;
let objects: FaultyObjectStore;
let now: number;
let warnings: string[];
let counted: Record<string, number>;
let shown: { bytes: number; oldestSeconds: number } | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coppice-outbox-'));
  objects = createFaultyObjectStore(createMemoryObjectStore(() => new Date(now)));
  [now, warnings, counted, shown] = [start, [], {}, undefined];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const count = (what: string, by: number) => {
  counted[what] = (counted[what] ?? 0) + by;
};
const open = (replica = 'one', limitBytes = 1_000_000): Promise<Outbox> =>
  openOutbox({
    ...{ root, replica, limitBytes, log: createObservationLog(objects) },
    metrics: {
      showOutbox: (outbox) => {
        shown = outbox;
      },
      countShipped: () => count('shipped', 1),
      countRefused: () => count('refused', 1),
      countDamaged: (lines) => count('damaged', lines),
    },
    withoutForgotten: createLateRecordFilter(objects, () => new Date(now)),
    warn: (message) => warnings.push(message),
    now: () => new Date(now),
  });

const feedback = (id: string): FeedbackRecord => ({
  ...{ kind: 'feedback', id, prediction: `answer ${id}`, label: 'spam' },
  at: new Date(now).toISOString(),
});
const entry = (id: string, of = model) => ({ model: of, record: feedback(id) });
const ids = async (of = model): Promise<(string | undefined)[]> =>
  (await createObservationLog(objects).read(of, { since: new Date(0) })).map(({ id }) => id);
const stored = () => objects.puts.filter((key) => !key.startsWith('forgotten/'));
const keys = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of objects.list('')) if (!key.startsWith('forgotten/')) found.push(key);
  return found;
};
const segments = async (replica = 'one') =>
  (await readdir(join(root, replica)).catch((): string[] => [])).filter(isSegmentName);
/** As when its process was killed a while ago. */
const die = (replica = 'one') => utimes(join(root, `${replica}.lock`), 0, 0);

describe('an outbox', () => {
  it('has what it took on the disk, brings it to the store in order, a model an object, and keeps nothing', async () => {
    const outbox = await open();
    await outbox.append([entry('a'), entry('b', 'help-ko')]);
    await outbox.append([entry('c')]);
    const [segment] = await segments();
    expect((await readFile(join(root, 'one', segment), 'utf8')).split('\n')).toHaveLength(4);
    expect(stored()).toEqual([]);
    await outbox.ship();
    await outbox.ship();
    expect([await ids(), await ids('help-ko')]).toEqual([['a', 'c'], ['b']]);
    expect(stored()).toEqual([
      `observations/${model}/2026-05-01T12/${segment}`,
      `observations/help-ko/2026-05-01T12/${segment}`,
    ]);
    expect([await segments(), counted, shown]).toEqual([[], { shipped: 3 }, { bytes: 0, oldestSeconds: 0 }]);
  });

  it('keeps everything while the store is away, in one segment, and ships each record once when it is back', async () => {
    const outbox = await open();
    objects.failPut = (key) => key.startsWith('observations/');
    for (let index = 0; index < 30; index += 1) {
      await outbox.append([entry(`${index}`)]);
      await expect(outbox.ship()).rejects.toThrow(/^put .* failed$/);
    }
    expect(await segments()).toHaveLength(2); // one that was tried, one that grows
    now += 90_000;
    await expect(outbox.ship()).rejects.toThrow();
    expect(shown).toMatchObject({ oldestSeconds: 90 });
    expect(shown?.bytes).toBeGreaterThan(3_000);
    objects.failPut = () => false;
    await Promise.all([outbox.ship(), outbox.ship(), outbox.ship()]);
    expect(await ids()).toEqual(Array.from({ length: 30 }, (_, index) => `${index}`));
    expect(counted).toEqual({ shipped: 30 });
  });

  it('refuses what goes over its limit, says so, and takes more once the store has taken some', async () => {
    const bytes = Buffer.byteLength(encodeLine(entry('a')));
    const outbox = await open('one', 2 * bytes);
    await outbox.append([entry('a'), entry('b')]);
    await expect(outbox.append([entry('c')])).rejects.toThrow(OutboxRefusal);
    await expect(outbox.append([entry('d')])).rejects.toThrow(`the limit is ${2 * bytes}`);
    expect([counted, warnings.length]).toEqual([{ refused: 2 }, 1]); // told once
    await outbox.ship();
    await outbox.append([entry('e')]);
    await outbox.ship();
    expect(await ids()).toEqual(['a', 'b', 'e']);
  });

  it('refuses what the disk does not take, and goes on in another segment', async () => {
    const outbox = await open();
    await rm(join(root, 'one'), { recursive: true });
    await writeFile(join(root, 'one'), 'no folder');
    await expect(outbox.append([entry('a')])).rejects.toThrow(/the disk does not take it: E/);
    await rm(join(root, 'one'));
    await outbox.append([entry('b')]);
    await outbox.ship();
    expect([await ids(), counted]).toEqual([['b'], { refused: 1, shipped: 1 }]);
  });

  it('begins another segment with the hour, so that no record is younger than the hour of its object', async () => {
    const outbox = await open();
    await outbox.append([entry('a')]);
    now += 3_600_000;
    await outbox.append([entry('b')]);
    await outbox.ship();
    await outbox.ship();
    expect(stored().map((key) => key.split('/')[2])).toEqual(['2026-05-01T12', '2026-05-01T13']);
  });

  it('takes many appends with a few writes, and each is there when it says so', async () => {
    const outbox = await open();
    const many = Array.from({ length: 500 }, (_, index) => `${index}`);
    await Promise.all(many.map((id) => outbox.append([entry(id)])));
    const [segment] = await segments();
    const lines = (await readFile(join(root, 'one', segment), 'utf8')).split('\n');
    expect(lines).toHaveLength(501);
    await outbox.ship();
    expect(await ids()).toEqual(many);
  });
});

describe('the outbox of a gateway that has died', () => {
  it('is shipped by another, up to the line in which it was killed', async () => {
    const dead = await open('one');
    await dead.append([entry('a'), entry('b')]);
    const [segment] = await segments();
    await appendFile(join(root, 'one', segment), encodeLine(entry('torn')).slice(0, -20));
    await die();
    const outbox = await open('two');
    await outbox.ship();
    expect(await ids()).toEqual(['a', 'b']);
    expect(warnings).toEqual([
      '1 segments of a gateway that has died are shipped from here',
      `${segment} ends within a line that was never acknowledged`,
    ]);
    expect((await readdir(root)).sort()).toEqual(['two', 'two.lock']);
  });

  it('is left alone while its gateway lives', async () => {
    const alive = await open('one');
    await alive.append([entry('a')]);
    const other = await open('two');
    await other.ship();
    expect([await ids(), (await segments()).length]).toEqual([[], 1]);
  });

  it('is shipped under the same name where it was killed between upload and removal: no record is there twice', async () => {
    const killed = await open('one');
    await killed.append([entry('a'), entry('b', 'help-ko')]);
    const [segment] = await segments();
    const content = await readFile(join(root, 'one', segment));
    await killed.ship();
    const before = await keys();
    await writeFile(join(root, 'one', segment), content);
    await die();
    await (await open('two')).ship();
    expect(await keys()).toEqual(before);
    expect([await ids(), await ids('help-ko')]).toEqual([['a'], ['b']]);
  });

  it('goes on with the models that are missing where it was killed between two of them', async () => {
    const killed = await open('one');
    await killed.append([entry('a'), entry('b', 'help-ko')]);
    objects.failPut = (key) => key.includes('help-ko');
    await expect(killed.ship()).rejects.toThrow();
    objects.failPut = () => false;
    await die();
    await (await open('two')).ship();
    expect([await ids(), await ids('help-ko'), await keys()]).toMatchObject([['a'], ['b'], { length: 2 }]);
  });

  it('sets lines aside that the disk has damaged, and ships the others', async () => {
    const dead = await open('one');
    await dead.append([entry('a'), entry('b'), entry('c')]);
    const [segment] = await segments();
    const path = join(root, 'one', segment);
    const content = await readFile(path, 'utf8');
    await writeFile(path, content.replace('answer b', 'answer x'));
    await die();
    await (await open('two')).ship();
    expect([await ids(), counted]).toEqual([['a', 'c'], { shipped: 2, damaged: 1 }]);
    expect(await readFile(join(root, 'set-aside', segment), 'utf8')).toContain('answer x');
    await (await open('three')).ship(); // and nobody takes that for a gateway
    expect(counted).toEqual({ shipped: 2, damaged: 1 });
  });

  it('loses nothing where the gateway was only held up: it writes again what the other may have missed', async () => {
    const heldUp = await open('one');
    await heldUp.append([entry('a')]);
    await die();
    const other = await open('two');
    await other.ship();
    await heldUp.append([entry('b')]);
    expect(await segments()).toHaveLength(1);
    await heldUp.keep();
    await heldUp.ship();
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('counts a record once that both have written', async () => {
    const heldUp = await open('one');
    await heldUp.append([entry('a')]);
    const [segment] = await segments();
    await mkdir(join(root, 'elsewhere'));
    await rename(join(root, 'one', segment), join(root, 'elsewhere', segment));
    await heldUp.append([entry('b')]); // into the file that has moved, and into one of its own
    const other = await open('two');
    await other.ship();
    await heldUp.ship();
    expect(await keys()).toHaveLength(2);
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('is shipped without what has been forgotten meanwhile: answers, what was said of them, and texts', async () => {
    const dead = await open('one');
    const at = new Date(now).toISOString();
    const answered = (subject: string): CompletionRecord => ({
      ...{ kind: 'completion', id: `answer to ${subject}`, at, model, subject, version: 1 },
      ...{ generation: 1, arm: 'champion', latencyMs: 1, promptTokens: 1, completionTokens: 1 },
    });
    const answer = (subject: string) => ({ model, record: answered(subject) });
    const capture = (subject: string) => {
      const { id } = answered(subject);
      const texts = [{ input: 'a', output: 'b' }];
      return { model, record: { kind: 'capture', id, at, model, subject, version: 1, texts } } as const;
    };
    const said = (subject: string, id: string) => {
      const record = { ...feedback(id), prediction: `answer to ${subject}` };
      return { model, record };
    };
    await dead.append([said('kim', '1'), answer('kim'), capture('kim')]);
    await dead.append([answer('lee'), capture('lee'), said('lee', '2'), said('kim', '3')]);
    now += 30_000;
    const tombstones = await openTombstones(objects, () => new Date(now));
    const target = tombstones.digestOf('kim');
    await tombstones.bury(target, [target]);
    await die();
    now += 100_000;
    const outbox = await open('two');
    const again = {
      ...answered('kim'),
      id: 'answer to who came again',
      at: new Date(now).toISOString(),
    };
    await outbox.append([{ model, record: again }]);
    await outbox.ship();
    await outbox.ship();
    expect(await ids()).toEqual(['answer to lee', '2', again.id]);
    const held: string[] = [];
    for (const key of await keys()) held.push((await objects.read(key)).toString());
    expect(held.join('').match(/kim/g)).toHaveLength(1);
    expect((await keys()).filter((key) => key.startsWith('captures/'))).toHaveLength(1);
  });

  it('is free for others at once where it has ended as it should', async () => {
    const outbox = await open('one');
    await outbox.append([entry('a')]);
    objects.failPut = () => true;
    await outbox.stop();
    expect(warnings).toMatchObject([/^what waits is shipped later: put .* failed$/]);
    objects.failPut = () => false;
    await (await open('two')).stop();
    expect([await ids(), await readdir(root)]).toEqual([['a'], []]);
  });
});
