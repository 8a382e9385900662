// /v1/files and /v1/batches by OpenAI's client, over a store that outlives the gateways.
import OpenAI, { toFile } from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClaims } from '../../../../artifacts/claims.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { createBatchStore } from '../../../../serving/batches/batch-store.ts';
import { askServer, createBatchRunner } from '../../../../serving/batches/run-batches.ts';
import { ProcessBusy } from '../../../../serving/model-process.ts';
import type { ClassifierVersion } from '../../../../serving/tasks/classification-version.ts';
import { createGatewayServer } from '../../../support/gateway-server.ts';
import { poll } from '../../../support/poll.ts';
import { answerOf, createVersion, servedModelOf } from '../../../support/served-versions.ts';

type Answer = ClassifierVersion['answer'];
interface Gateway {
  readonly client: OpenAI;
  readonly baseURL: string;
  readonly close: () => Promise<void>;
}

let objects: ReturnType<typeof createMemoryObjectStore>;
let gateways: Gateway[];
let opened = 0;
/** Ample on a machine that is busy with other things. */
const patienceMs = 15_000;
beforeEach(() => {
  [objects, gateways] = [createMemoryObjectStore(), []];
});
afterEach(() => Promise.all(gateways.map(({ close }) => close())));

async function openGateway(
  answer: Answer = () => Promise.resolve(answerOf(1)),
  now = () => new Date(),
): Promise<Gateway> {
  const store = createBatchStore(objects, now);
  const server = createGatewayServer(() => servedModelOf([createVersion(1, answer)], null), {
    batches: store,
  });
  opened += 1;
  const runner = createBatchRunner({
    ...{ store, ask: askServer(server), replica: `gateway ${opened}`, lookEveryMs: 20 },
    claims: createClaims(objects),
    warn: () => undefined,
  });
  const baseURL = `${await server.listen({ host: '127.0.0.1', port: 0 })}/v1`;
  runner.start();
  const gateway = {
    client: new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 }),
    baseURL,
    close: async () => {
      await runner.stop();
      await server.close();
    },
  };
  gateways.push(gateway);
  return gateway;
}

const lineOf = (at: number, body: object = {}) => ({
  ...{ custom_id: `request-${at}`, method: 'POST', url: '/v1/classifications' },
  body: { model: 'mail-filter', input: `words ${at}`, ...body },
});
const upload = async ({ client }: Gateway, lines: readonly (object | string)[]) => {
  const text = lines.map((it) => (typeof it === 'string' ? it : JSON.stringify(it))).join('\n');
  return client.files.create({ file: await toFile(Buffer.from(text), 'requests.jsonl'), purpose: 'batch' });
};
const create = async ({ client }: Gateway, inputFile: string) =>
  client.batches.create({
    ...{ input_file_id: inputFile, completion_window: '24h', metadata: { day: 'monday' } },
    endpoint: '/v1/classifications' as '/v1/completions', // the client knows OpenAI's own alone
  });
const ended = ({ client }: Gateway, id: string) =>
  poll(
    'the batch has ended',
    async () => {
      const batch = await client.batches.retrieve(id);
      return !['validating', 'in_progress', 'cancelling'].includes(batch.status) && batch;
    },
    patienceMs,
  );
const linesOf = async ({ client }: Gateway, id: string | null | undefined) => {
  const text = await (await client.files.content(String(id))).text();
  return text
    .trimEnd()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { custom_id: string; response: { status_code: number; body: object } },
    );
};

describe('batches', () => {
  it('answer each request of a file once, and keep what was refused apart', async () => {
    const gateway = await openGateway();
    const wrong = { input: { media_type: 'image/png', data: 'x' } };
    const file = await upload(gateway, [
      ...Array.from({ length: 23 }, (_, at) => lineOf(at)),
      lineOf(23, wrong),
      lineOf(24, { stream: true }),
    ]);
    expect(file).toMatchObject({ object: 'file', purpose: 'batch', filename: 'requests.jsonl' });
    const { id } = await create(gateway, file.id);
    const batch = await ended(gateway, id);
    expect(batch).toMatchObject({
      ...{ status: 'completed', metadata: { day: 'monday' }, input_file_id: file.id },
      request_counts: { total: 25, completed: 23, failed: 2 },
    });
    const answers = await linesOf(gateway, batch.output_file_id);
    expect(answers.map((it) => it.custom_id)).toEqual(Array.from({ length: 23 }, (_, at) => `request-${at}`));
    expect(answers[0].response).toMatchObject({
      status_code: 200,
      body: { object: 'classification', label: 'label of 1' },
    });
    const refused = await linesOf(gateway, batch.error_file_id);
    expect(refused.map((it) => [it.custom_id, it.response.status_code])).toEqual([
      ['request-23', 415],
      ['request-24', 400],
    ]);
  });

  it('go on in another gateway behind what was answered, where one ends in the midst', async () => {
    const asked: string[] = [];
    const hearing =
      (stuckAt?: string): Answer =>
      ({ data }) => {
        asked.push(data);
        return data === stuckAt
          ? Promise.reject(new ProcessBusy('too much waits'))
          : Promise.resolve(answerOf(1));
      };
    const first = await openGateway(hearing('words 14'));
    const file = await upload(
      first,
      Array.from({ length: 25 }, (_, at) => lineOf(at)),
    );
    const { id } = await create(first, file.id);
    await poll('a request waits', () => asked.includes('words 14'), patienceMs);
    expect((await first.client.batches.retrieve(id)).request_counts).toMatchObject({
      total: 25,
      completed: 10,
    });
    await first.close();
    gateways.pop();

    const second = await openGateway(hearing());
    const batch = await ended(second, id);
    expect(batch.request_counts).toEqual({ total: 25, completed: 25, failed: 0 });
    const answers = await linesOf(second, batch.output_file_id);
    expect(answers.map((it) => it.custom_id)).toEqual(Array.from({ length: 25 }, (_, at) => `request-${at}`));
    for (let at = 0; at < 10; at += 1) expect(asked.filter((it) => it === `words ${at}`)).toHaveLength(1);
  });

  it('are answered once by two gateways that see the same store', async () => {
    const asked: string[] = [];
    const answer: Answer = ({ data }) => {
      asked.push(data);
      return Promise.resolve(answerOf(1));
    };
    const [one] = await Promise.all([openGateway(answer), openGateway(answer)]);
    const file = await upload(
      one,
      Array.from({ length: 40 }, (_, at) => lineOf(at)),
    );
    await ended(one, (await create(one, file.id)).id);
    expect(asked.sort()).toEqual(Array.from({ length: 40 }, (_, at) => `words ${at}`).sort());
  });

  it('end where they are cancelled, with what was answered', async () => {
    let cancelled = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const gateway = await openGateway(async ({ data }) => {
      if (data === 'words 12') await until;
      return answerOf(1);
    });
    const file = await upload(
      gateway,
      Array.from({ length: 40 }, (_, at) => lineOf(at)),
    );
    const { id } = await create(gateway, file.id);
    expect(await gateway.client.batches.cancel(id)).toMatchObject({ status: 'cancelling' });
    cancelled();
    const batch = await ended(gateway, id);
    expect(batch.status).toBe('cancelled');
    expect(batch.request_counts?.completed).toBeLessThan(40);
    await expect(gateway.client.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
  });

  it('expire with what was answered in their time', async () => {
    let time = Date.parse('2026-11-30T06:00:00Z');
    const gateway = await openGateway(
      () => {
        time += 3 * 3_600_000;
        return Promise.resolve(answerOf(1));
      },
      () => new Date(time),
    );
    const file = await upload(
      gateway,
      Array.from({ length: 30 }, (_, at) => lineOf(at)),
    );
    const batch = await ended(gateway, (await create(gateway, file.id)).id);
    expect([batch.status, batch.request_counts?.completed]).toEqual(['expired', 10]);
    expect(await linesOf(gateway, batch.output_file_id)).toHaveLength(10);
  });

  it('fail where a line is none, and name it', async () => {
    const gateway = await openGateway();
    const file = await upload(gateway, [
      lineOf(1),
      '{"custom_id": ',
      lineOf(1),
      { ...lineOf(2), url: '/v1/embeddings' },
      { ...lineOf(3), method: 'GET' },
    ]);
    const batch = await ended(gateway, (await create(gateway, file.id)).id);
    expect([batch.status, batch.errors?.data?.map(({ code, line }) => [code, line])]).toEqual([
      'failed',
      [
        ['invalid_json_line', 2],
        ['duplicate_custom_id', 3],
        ['mismatched_endpoint', 4],
        ['invalid_json_line', 5],
      ],
    ]);
  });

  it('are looked for again and again where the store is away, which is said once', async () => {
    const said: string[] = [];
    let looks = 0;
    const away = {
      ...createMemoryObjectStore(),
      list: () => {
        looks += 1;
        throw new CoppiceFailure('ArtifactStoreUnavailable', 'the store does not answer');
      },
    };
    const runner = createBatchRunner({
      ...{ store: createBatchStore(away), claims: createClaims(away), replica: 'gateway', lookEveryMs: 5 },
      ask: () => Promise.reject(new Error('nobody asks')),
      warn: (message) => said.push(message),
    });
    runner.start();
    await poll('three looks', () => looks >= 3, 10_000);
    await runner.stop();
    expect(said).toEqual(['batches: the store does not answer']);
  });

  it('are listed page by page, the newest first', async () => {
    let time = Date.parse('2026-11-30T06:00:00Z');
    const gateway = await openGateway(undefined, () => new Date((time += 1_000)));
    const file = await upload(gateway, [lineOf(1)]);
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.unshift((await create(gateway, file.id)).id);
    const listed: string[] = [];
    for await (const { id } of gateway.client.batches.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(ids);
  });
});

describe('files', () => {
  it('are found, read byte for byte, and removed', async () => {
    const gateway = await openGateway();
    const { id } = await upload(gateway, [lineOf(1)]);
    const { files } = gateway.client;
    expect(await (await files.content(id)).text()).toBe(JSON.stringify(lineOf(1)));
    expect((await files.list()).data.map((it) => it.id)).toEqual([id]);
    expect(await files.delete(id)).toEqual({ id, object: 'file', deleted: true });
    await expect(files.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(create(gateway, id)).rejects.toMatchObject({ status: 400, param: 'input_file_id' });
  });

  it.each([
    [
      'a form without a file',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x--\r\n',
    ],
    ['no form', { 'content-type': 'multipart/form-data; boundary=x' }, 'no form'],
    ['no boundary', { 'content-type': 'multipart/form-data' }, 'anything'],
    ['JSON', { 'content-type': 'application/json' }, '{}'],
  ])('are refused with 400 for %s', async (_what, headers, body) => {
    const { baseURL } = await openGateway();
    const answer = await fetch(`${baseURL}/files`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('are answered with 503 where the store is away', async () => {
    const { client } = await openGateway();
    objects.list = () => {
      throw new CoppiceFailure('ArtifactStoreUnavailable', 'no route to the store');
    };
    await expect(client.files.list()).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });

  it('of other places in the store are none', async () => {
    const { baseURL } = await openGateway();
    for (const id of ['..%2F..%2Fclaims', 'file-..%2Fx', 'blob'])
      expect((await fetch(`${baseURL}/files/${id}/content`)).status).toBe(404);
  });
});
