// Records go to the store and answers come back over HTTP, as the command line does it.

import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { writeJsonLines } from '../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createControlApi } from '../../../client/control-api.ts';
import { writeAnswers } from '../../../command-line/batch-answers.ts';
import { type ArtifactReference, mediaTypes } from '../../../contracts/artifact.ts';
import type { BatchView } from '../../../contracts/batch.ts';
import { addBatchRoutes } from '../../../control/batch-routes.ts';

const objects = createMemoryObjectStore();
const artifacts = createArtifactStore(objects);
const id = 'batch/mails/daily-2026-11-30T06:00:00Z';
let view: BatchView | undefined;
let server: FastifyInstance;
let url: string;
let folder: string;
beforeAll(async () => {
  server = Fastify();
  addBatchRoutes(server, {
    artifacts,
    client: {
      batches: {
        view: (asked) => Promise.resolve(asked === id ? view : undefined),
        list: () => Promise.resolve([]),
        start: () => Promise.reject(new Error('nobody starts one here')),
        cancel: () => Promise.resolve(),
      },
    },
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  folder = await mkdtemp(join(tmpdir(), 'coppice-test-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const ended = async (files: Record<string, ArtifactReference>) => {
  const output = await artifacts.putDirectory(files);
  view = {
    id,
    state: 'COMPLETED',
    startedAt: '2026-11-30T06:00:00Z',
    result: { version: 1, output, answered: 3, setAside: 0 },
  };
};
beforeEach(() => {
  view = undefined;
});

describe('records of a batch', () => {
  it('are stored byte for byte', async () => {
    const path = join(folder, 'records.jsonl');
    await writeFile(path, '{"text": "words"}\n'.repeat(200_000));
    const { file } = await createControlApi(url).storeRecords(createReadStream(path));
    expect((await artifacts.readBytes(file)).equals(await readFile(path))).toBe(true);
  });
});

describe('answers of a batch', () => {
  it('are written as one file of lines, gzipped where its name says so', async () => {
    await ended({
      'answers/00000.jsonl.gz': await writeJsonLines(artifacts, [{ line: 1 }, { line: 2 }]),
      'answers/00001.jsonl.gz': await writeJsonLines(artifacts, [{ line: 3 }]),
      'manifest.json': await artifacts.putJson({}),
    });
    const [plain, packed] = [join(folder, 'answers.jsonl'), join(folder, 'answers.jsonl.gz')];
    await writeAnswers(createControlApi(url), id, plain);
    await writeAnswers(createControlApi(url), id, packed);
    expect(await readFile(plain, 'utf8')).toBe('{"line":1}\n{"line":2}\n{"line":3}\n');
    expect(gunzipSync(await readFile(packed)).toString()).toBe(await readFile(plain, 'utf8'));
  });

  it('are an empty file where nothing was answered', async () => {
    await ended({ 'manifest.json': await artifacts.putJson({}) });
    const path = join(folder, 'none.jsonl');
    await writeAnswers(createControlApi(url), id, path);
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('are written as a folder where they are Parquet', async () => {
    const part = (text: string) => artifacts.putBytes(text, { mediaType: mediaTypes.parquet });
    await ended({
      'answers/00000.parquet': await part('first'),
      'answers/00001.parquet': await part('second'),
    });
    const path = join(folder, 'answers');
    await writeAnswers(createControlApi(url), id, path);
    expect((await readdir(path)).sort()).toEqual(['00000.parquet', '00001.parquet']);
    expect(await readFile(join(path, '00001.parquet'), 'utf8')).toBe('second');
  });

  it('are not written where there are none yet, and a batch that nobody knows is 404', async () => {
    view = { id, state: 'RUNNING', startedAt: '2026-11-30T06:00:00Z' };
    const early = writeAnswers(createControlApi(url), id, join(folder, 'early'));
    await expect(early).rejects.toMatchObject({ name: 'ControlApiError', status: 404 });
    expect(await readdir(folder)).not.toContain('early');
    const answer = await fetch(`${url}/api/batches/mails/other`);
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([
      404,
      expect.stringContaining('there is no batch/mails/other'),
    ]);
  });
});
