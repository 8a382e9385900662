// A version's process that is killed, or holds too much, while it is asked: a real process, ended by its id.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { ProcessBusy, ProcessEnded } from '../../serving/model-process.ts';
import {
  type SupervisedProcess,
  type SupervisionOptions,
  superviseModelProcess,
} from '../../serving/supervised-process.ts';
import type { ClassificationWords } from '../../serving/tasks/classification-process.ts';
import { poll } from '../support/poll.ts';

const shape: BertConfig = {
  ...{ head: 'classification', vocabularySize: 500, hiddenSize: 16, layers: 2, heads: 2 },
  ...{ intermediateSize: 32, contextLength: 48, tokenTypes: 2, layerNormEpsilon: 1e-12, padTokenId: 0 },
  ...{ labels: ['ham', 'spam'], dropout: 0.1 },
};
let directory: string;
let restarts: string[];
let open: number;
let process_: SupervisedProcess<ClassificationWords> | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-supervised-'));
  const layout = parameterLayout(shape);
  const files = writeModel({ config: shape, layout, parameters: initialParameters(layout, 1) });
  await writeFile(join(directory, 'config.json'), files.config);
  await writeFile(join(directory, 'model.safetensors'), files.weights);
  await writeFile(
    join(directory, 'tokenizer.json'),
    await readFile(new URL('../golden/tokenizer.json', import.meta.url)),
  );
});
afterAll(async () => {
  process_?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<SupervisionOptions> = {}) {
  process_?.stop();
  restarts = [];
  open = 0;
  process_ = await superviseModelProcess<ClassificationWords>(
    { task: 'text-classification', directory, contextLength: 48, weights: 'model.safetensors' },
    {
      ...{ maximumWaiting: 100, silenceMs: 60_000 },
      observer: {
        queued: (count) => void (open = count),
        computed: () => undefined,
        restarted: (reason) => void restarts.push(reason),
        gone: () => undefined,
      },
      ...options,
    },
  );
  return process_;
}

const kill = (supervised: SupervisedProcess<ClassificationWords>) =>
  process.kill(supervised.pid() ?? Number.NaN, 'SIGKILL');

describe('a supervised process', () => {
  it('answers what it was asked though it is killed meanwhile, by one that takes its place', async () => {
    const supervised = await start();
    const expected = await supervised.ask(['one']);
    const first = supervised.pid();
    const asked = Array.from({ length: 50 }, () => supervised.ask(['one']));
    kill(supervised);
    const later = supervised.ask(['one']);
    for (const answer of await Promise.all([...asked, later])) expect(answer).toEqual(expected);
    expect(supervised.pid()).not.toBe(first);
    expect([restarts, open]).toEqual([['ended'], 0]);
  });

  it('turns away more than may wait while no process is there', async () => {
    const supervised = await start({ maximumWaiting: 3 });
    kill(supervised);
    await poll('its end', () => Promise.resolve(supervised.pid() === undefined || undefined), 30_000);
    const asked = [1, 2, 3, 4].map(() => supervised.ask(['one']));
    await expect(asked[3]).rejects.toBeInstanceOf(ProcessBusy);
    expect(await Promise.all(asked.slice(0, 3))).toHaveLength(3);
  });

  it('gives up a version whose processes end again and again, and whoever asked learns of it', async () => {
    const supervised = await start();
    const given = supervised.ended.then(() => 'given up');
    let asked: Promise<unknown> = Promise.resolve();
    for (let time = 0; time < 4; time += 1) {
      await poll('a process', () => Promise.resolve(supervised.pid()), 30_000);
      asked = supervised.ask(['one']);
      asked.catch(() => undefined);
      kill(supervised);
      await poll('its end', () => Promise.resolve(restarts.length > time || time === 3 || undefined), 30_000);
    }
    expect(await given).toBe('given up');
    await expect(asked).rejects.toBeInstanceOf(ProcessEnded);
    expect(restarts).toEqual(['ended', 'ended', 'ended']);
  });

  it('is replaced where it holds more than it may, and drops no question', async () => {
    const supervised = await start({ memoryBytes: 1 });
    const first = supervised.pid();
    let answered = 0;
    while (supervised.pid() === first) {
      await supervised.ask(['one']);
      answered += 1;
    }
    expect((await supervised.ask(['one'])).length).toBe(1);
    expect(answered).toBeGreaterThan(0);
    expect(restarts).toEqual(['memory']); // and not over and over
  });

  it('gives up a question that nothing is heard of', async () => {
    const supervised = await start({ silenceMs: 1 });
    const long = Array.from({ length: 2_000 }, () => 'words '.repeat(40));
    await expect(supervised.ask(long)).rejects.toThrow('no answer within 0.001 s');
  });

  it('answers what comes late before it retires', async () => {
    const supervised = await start();
    supervised.retire();
    expect(await supervised.ask(['late'])).toHaveLength(1);
    await supervised.ended;
    await expect(supervised.ask(['too late'])).rejects.toBeInstanceOf(ProcessEnded);
  });
});
