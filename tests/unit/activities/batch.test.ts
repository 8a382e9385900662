// Batches with real models in real threads: what is answered, what is set aside, and that nothing is answered twice.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createShardWriter } from '../../../activities/shards.ts';
import { readJsonLines } from '../../../artifacts/json-lines.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { type BatchResult, batchManifestSchema, batchRequestSchema } from '../../../contracts/batch.ts';
import type { CollectedDocument } from '../../../contracts/document.ts';
import { entitiesOf } from '../../../pipeline/entities/tags.ts';
import { loadOnnxTokenClassifier } from '../../../runtimes/onnx/token-classifier.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { readParquetRows } from '../../../sources/tables/parquet-rows.ts';
import { asActivity } from '../../support/activity-context.ts';
import { type BatchWorld, createBatchWorld, requestOf, runBatch, tags } from '../../support/batch-world.ts';

const bucket = new Map<string, Uint8Array>();
let world: BatchWorld;
beforeAll(async () => {
  world = await createBatchWorld({
    list: async function* (_bucket, prefix) {
      for (const [key, bytes] of bucket) {
        if (key.startsWith(prefix))
          yield await Promise.resolve({ key, sizeBytes: bytes.length, etag: key, lastModified: new Date(0) });
      }
    },
    read: (_bucket, key) => Promise.resolve(bucket.get(key) ?? new Uint8Array()),
    stream: async function* (_bucket, key) {
      yield await Promise.resolve(bucket.get(key) ?? new Uint8Array());
    },
  });
});

const lines = (...records: (object | string)[]): Buffer =>
  Buffer.from(records.map((it) => `${typeof it === 'string' ? it : JSON.stringify(it)}\n`).join(''));
const stored = async (bytes: Uint8Array, format: 'jsonl' | 'parquet' = 'jsonl') => ({
  ...{ kind: 'file' as const, format },
  file: await world.artifacts.putBytes(bytes, { mediaType: 'application/octet-stream' }),
});
const batch = (...request: Parameters<typeof requestOf>) =>
  asActivity(() => runBatch(world, requestOf(...request)));

/** All lines of the parts below a name, in their order. */
async function linesOf({ output }: BatchResult, prefix: 'answers/' | 'problems/') {
  const { files } = await world.artifacts.readDirectory(output);
  const found: Record<string, unknown>[] = [];
  for (const name of Object.keys(files).sort())
    if (name.startsWith(prefix))
      for await (const line of readJsonLines(world.artifacts, files[name], z.record(z.string(), z.unknown())))
        found.push(line);
  return found;
}

const mails = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `mail-${at}`, text: `words of mail ${at}` }));

const entitySchema = z.object({
  start: z.number(),
  end: z.number(),
  label: z.enum(['person', 'place']),
  text: z.string(),
  score: z.number().gt(0).max(1),
});
const foundSchema = z.object({ entities: z.array(entitySchema) });

describe('a batch of entities', () => {
  const letter = 'Ada &amp; Charles came to London. '.repeat(40).trim();

  const batchOf = async (text: string) => batch('letters', await stored(lines({ text })));

  it('finds them in each text as it was given, before cleaning and beyond the context', async () => {
    const file = await stored(lines({ id: 1, text: letter }, { id: 2, text: ' ' }, { id: 3, text: 'Ada' }));
    const { result } = await batch('letters', file);
    expect(result).toMatchObject({ version: 1, answered: 2, setAside: 1 });
    const answers = await linesOf(result, 'answers/');
    expect(answers.map(({ line, id }) => [line, id])).toEqual([
      [1, 1],
      [3, 3],
    ]);
    const { entities } = foundSchema.parse(answers[0]);
    expect(entities.length).toBeGreaterThan(0);
    let before = 0;
    for (const { start, end, text } of entities) {
      expect(start).toBeGreaterThanOrEqual(before);
      expect(letter.slice(start, end)).toBe(text);
      before = end;
    }
    expect(before).toBeGreaterThan(letter.length / 2); // a context holds a tenth of it
  });

  it('gives what its model says of the words', async () => {
    const { files } = await world.artifacts.readDirectory((await batchOf('Ada lives')).pinned.package);
    const read = async (name: string) => world.artifacts.readBytes(files[name]);
    const tokenizer = await loadTokenizer((await read('tokenizer.json')).toString('utf8'));
    const tagger = loadOnnxTokenClassifier({
      config: (await read('config.json')).toString('utf8'),
      weights: await read('model.safetensors'),
    });
    const text = 'Ada lives';
    const { ids, length } = await tokenizer.encode(text, 48);
    const { classes } = await tagger.tag(ids.slice(0, length));
    await tagger.close();
    const [words] = await tokenizer.words([text]);
    const expected = entitiesOf(words.map(({ token }) => tags[classes[token]])).map(
      ({ first, end, label }) => ({ start: words[first].start, end: words[end - 1].end, label }),
    );
    const [answer] = await linesOf((await batchOf(text)).result, 'answers/');
    expect(
      foundSchema.parse(answer).entities.map(({ start, end, label }) => ({ start, end, label })),
    ).toEqual(expected);
  });

  it('writes them to Parquet as JSON', async () => {
    const { result } = await batch('letters', await stored(lines({ id: 'a', text: letter })), {
      output: 'parquet',
    });
    const { files } = await world.artifacts.readDirectory(result.output);
    const bytes = await world.artifacts.readBytes(files['answers/00000.parquet']);
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(rows).toHaveLength(1);
    expect(foundSchema.parse(rows[0]).entities.length).toBeGreaterThan(0);
  });
});

describe('a batch of labels', () => {
  it('answers each record, and sets aside what is none with its line and the reason', async () => {
    const file = await stored(
      gzipSync(
        lines({ id: 7, text: 'meet me at noon' }, '{"text": ', { text: ' ' }, { id: 'x' }, '', {
          text: '<b>more</b> words',
        }),
      ),
    );
    const { result } = await batch('mails', file);
    expect(result).toMatchObject({ version: 1, answered: 2, setAside: 3 });
    const answers = await linesOf(result, 'answers/');
    expect(answers.map(({ line, id }) => [line, id])).toEqual([
      [1, 7],
      [6, undefined],
    ]);
    const { ham, spam } = z.object({ ham: z.number(), spam: z.number() }).parse(answers[0]['probabilities']);
    expect(ham + spam).toBeCloseTo(1, 5);
    expect(answers[0]['label']).toBe(spam >= 0.5 ? 'spam' : 'ham');
    expect(await linesOf(result, 'problems/')).toEqual([
      { line: 2, reason: 'a row that is no JSON object' },
      { line: 3, reason: 'text: expected a text that is not blank' },
      { line: 4, id: 'x', reason: 'text: expected a text' },
    ]);
  });

  it('answers each of many records once and in order, and asks no shard twice', async () => {
    const records = mails(1_203);
    const file = await stored(lines(...records));
    const first = await batch('mails', file);
    expect(first.done.map(({ cached, answered }) => [cached, answered])).toEqual([
      [false, 500],
      [false, 500],
      [false, 203],
    ]);
    expect((await linesOf(first.result, 'answers/')).map(({ id }) => id)).toEqual(
      records.map(({ id }) => id),
    );
    const again = await batch('mails', file);
    expect(again.done.map(({ cached }) => cached)).toEqual([true, true, true]);
    expect(again.result.output.digest).toBe(first.result.output.digest);
  });

  it('leaves a manifest, and a lineage from the answers to the records and the version', async () => {
    const file = await stored(lines(...mails(2)));
    const { result, pinned } = await batch('mails', file);
    const { files } = await world.artifacts.readDirectory(result.output);
    const manifest = await world.artifacts.readJson(files['manifest.json'], batchManifestSchema);
    expect(manifest).toMatchObject({
      model: 'mails',
      version: 1,
      package: pinned.package.digest,
      answered: 2,
      setAside: 0,
    });
    expect(manifest.files['answers/00000.jsonl.gz']).toEqual(files['answers/00000.jsonl.gz']);
    const tree = JSON.stringify(await world.lineage.walkLineage(result.output));
    expect(tree).toContain(file.file.digest);
    expect(tree).toContain(pinned.package.digest);
  });

  it('reads Parquet and writes it', async () => {
    const table = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [10n, 11n], type: 'INT64' },
        { name: 'body', data: ['first words', 'second words'], type: 'STRING' },
      ],
    });
    const file = await stored(new Uint8Array(table), 'parquet');
    const { result } = await batch('mails', file, { field: 'body', output: 'parquet' });
    const { files } = await world.artifacts.readDirectory(result.output);
    const folder = await mkdtemp(join(tmpdir(), 'coppice-test-'));
    const path = join(folder, 'answers.parquet');
    await writeFile(path, await world.artifacts.readBytes(files['answers/00000.parquet']));
    const columns = ['label', 'line', 'id', 'probability of ham', 'probability of spam'];
    const rows = [];
    const { signal } = new AbortController();
    for await (const row of readParquetRows(path, { columns, signal })) rows.push(row);
    await rm(folder, { recursive: true });
    const asLines = await linesOf((await batch('mails', file, { field: 'body' })).result, 'answers/');
    expect(rows.map((row) => ('values' in row ? row.values : row))).toEqual(
      asLines.map((it) => {
        const { ham, spam } = it['probabilities'] as Record<string, number>;
        return {
          label: it['label'],
          line: it['line'],
          id: it['id'],
          'probability of ham': ham,
          'probability of spam': spam,
        };
      }),
    );
  });

  it('reads every table below a prefix, and goes on behind one that is damaged', async () => {
    bucket.set('in/a.jsonl', lines({ text: 'one' }));
    bucket.set('in/b.jsonl.gz', gzipSync(lines(...mails(4_000))).subarray(0, 2_000));
    bucket.set('in/c.parquet', Buffer.from('no table'));
    bucket.set('in/notes.txt', Buffer.from('no records'));
    bucket.set('in/z.jsonl', lines({ text: 'two' }));
    const { result } = await batch('mails', { kind: 'objects', bucket: 'data', prefix: 'in/' });
    const files = (await linesOf(result, 'answers/')).map(({ file }) => file);
    expect(new Set(files)).toEqual(new Set(['in/a.jsonl', 'in/b.jsonl.gz', 'in/z.jsonl']));
    expect((await linesOf(result, 'problems/')).at(-1)).toEqual({
      file: 'in/c.parquet',
      reason: 'the rest of the file: no Parquet that can be read',
    });
  });
});

describe('a batch of texts', () => {
  it('draws the same texts from the same seed, and others from another', async () => {
    const file = await stored(lines(...Array.from({ length: 40 }, (_, at) => ({ text: `tale ${at}` }))));
    const draw = async (seed: number) =>
      linesOf((await batch('stories', file, { temperature: 1, maximumTokens: 4, seed })).result, 'answers/');
    const texts = await draw(1);
    expect(texts).toHaveLength(40);
    expect(texts[0]).toMatchObject({ line: 1, finish: 'length' });
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(30);
    expect(await draw(2)).not.toEqual(texts);
    const other = await stored(
      lines(...Array.from({ length: 40 }, (_, at) => ({ text: `tale ${at}` })), '{'),
    );
    const again = await batch('stories', other, { temperature: 1, maximumTokens: 4, seed: 1 });
    expect((await linesOf(again.result, 'answers/')).slice(0, 32)).toEqual(texts.slice(0, 32));
  });

  it('puts the text into the template, and sets aside what is longer than the context', async () => {
    const file = await stored(lines({ text: 'a' }, { text: 'tale '.repeat(200) }));
    const plain = await linesOf((await batch('stories', file, { maximumTokens: 2 })).result, 'answers/');
    const template = 'Summary of {text}, in a word:';
    const { result } = await batch('stories', file, { maximumTokens: 2, template });
    expect(await linesOf(result, 'answers/')).not.toEqual(plain);
    expect(await linesOf(result, 'problems/')).toEqual([{ line: 2, reason: 'longer than the context' }]);
  });
});

describe('a batch of new documents', () => {
  const document = (at: number): CollectedDocument => ({
    ...{ id: `news/${at}`, source: 'news', uri: `news:${at}`, digest: `sha256:${'0'.repeat(64)}` },
    collectedAt: '2026-11-30T10:00:00Z',
    content: {
      mediaType: 'text/html',
      encoding: 'utf8',
      data: at === 3 ? '<p> </p>' : `<p>news of day ${at}</p>`,
    },
  });

  it('answers what came since the last of its name', async () => {
    const shards = createShardWriter<CollectedDocument>(world.artifacts, mediaTypes.documents);
    const request = batchRequestSchema.parse({
      model: 'mails',
      name: 'daily',
      records: { kind: 'new-documents' },
      question: {},
    });
    const run = async () => {
      const documents = await shards.close();
      const { result } = await asActivity(() => runBatch(world, request, documents));
      return [await linesOf(result, 'answers/'), await linesOf(result, 'problems/')].map((found) =>
        found.map(({ id, reason }) => [id, ...(reason === undefined ? [] : [reason])].join(': ')),
      );
    };
    await shards.add(document(1));
    expect(await run()).toEqual([['news/1'], []]);
    expect(await run()).toEqual([[], []]);
    await shards.add(document(2));
    await shards.add(document(3));
    expect(await run()).toEqual([['news/2'], ['news/3: no-text']]);
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['a model without a champion', 'nobody', 'no version of nobody is in service'],
    ['no records', 'mails', 'there is no record'],
  ])('is refused in words: %s', async (_what, model, message) => {
    await expect(batch(model, await stored(Buffer.from('\n\n')))).rejects.toThrow(message);
  });

  it('is refused where the version is unknown', async () => {
    const request = { ...requestOf('mails', await stored(lines({ text: 'a' }))), version: 9 };
    await expect(asActivity(() => runBatch(world, request))).rejects.toThrow(
      'mails@9 is not in the registry',
    );
  });

  it('is a row that is too large, and no more than that', async () => {
    const { result } = await batch(
      'mails',
      await stored(lines({ text: 'x'.repeat(1_100_000) }, { text: 'y'.repeat(300_000) }, { text: 'one' })),
    );
    expect(await linesOf(result, 'problems/')).toEqual([
      { line: 1, reason: 'a row larger than 1048576 bytes' },
      { line: 2, reason: 'text: longer than 200000 characters' },
    ]);
    expect(result.answered).toBe(1);
  });
});
