import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeTokenRows, writeTokenStream } from '../../../activities/token-files.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { continuationIds, writeTokenizerJson } from '../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../pipeline/tokenization/vocabulary.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { openTokenRows, openTokenStream } from '../../../worker/trainer/inputs.ts';

const words = ['mail', 'spa', '##m', '##s', 'ham'];
const sep = specialTokens.indexOf('[SEP]');
const json = (vocabulary: readonly string[]) => writeTokenizerJson([...specialTokens, ...vocabulary]);
const artifacts = createArtifactStore(createMemoryObjectStore());
const corpus = {
  documents: ['a/1', 'a/2', 'a/3'],
  texts: ['Mail spam', '', 'hams ham mails … ham ham ham'],
};

describe('tokens in a stream', () => {
  it('hold every document whole, an end of text behind each, and know where documents end and how large they are', async () => {
    const tokenizer = await loadTokenizer(json(words));
    const { tokens, statistics } = await writeTokenStream(artifacts, corpus, { tokenizer });
    const stream = await openTokenStream(artifacts, tokens);
    expect(stream).toMatchObject({ vocabularySize: 10, endOfTextId: sep, documents: 3 });
    const ids = [...stream.ids.subarray(0, stream.ids.length)];
    const texts = [...stream.ends].map((end, index) => ids.slice(stream.ends[index - 1] ?? 0, end));
    expect(texts.map((text) => text.at(-1))).toEqual([sep, sep, sep]);
    expect(texts.map(({ length }) => length)).toEqual([4, 1, 10]);
    const decoded = await Promise.all(texts.map((text) => tokenizer.decode(text)));
    expect(decoded[0]).toBe('mail spam');
    expect([...stream.bytes]).toEqual(corpus.texts.map((text) => Buffer.byteLength(text)));
    expect(statistics).toMatchObject({ texts: 3, tokens: 12, truncatedFraction: 0, lengthMaximum: 10 });
    stream.close();
  });

  it('take four bytes a token where the vocabulary is larger than two can name', async () => {
    const many = Array.from({ length: 65_540 }, (_, index) => `w${index}`);
    const tokenizer = await loadTokenizer(json(many));
    const { tokens } = await writeTokenStream(
      artifacts,
      { documents: ['a'], texts: ['w65539 w0'] },
      { tokenizer },
    );
    const stream = await openTokenStream(artifacts, tokens);
    expect(stream.ids.subarray(0, 3)).toEqual(Uint32Array.of(65_544, 5, sep));
    stream.close();
  });
});

describe('tokens in rows', () => {
  it('are cut to the context, and say which tokens continue a word', async () => {
    const text = json(words);
    const tokenizer = await loadTokenizer(text);
    const options = { tokenizer, contextLength: 8, continuations: continuationIds(text) };
    const { tokens, statistics } = await writeTokenRows(artifacts, corpus, options);
    const rows = await openTokenRows(artifacts, tokens);
    expect([...rows.lengths]).toEqual([5, 2, 8]);
    expect(rows.continuations).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 0));
    expect(statistics.truncatedFraction).toBeCloseTo(1 / 3, 9);
    rows.close();
  });

  it('take four bytes a token in a large vocabulary too', async () => {
    const text = json(Array.from({ length: 65_540 }, (_, index) => `w${index}`));
    const tokenizer = await loadTokenizer(text);
    const large = { documents: ['a'], texts: ['w65539'] };
    const options = { tokenizer, contextLength: 4, continuations: [] };
    const { tokens } = await writeTokenRows(artifacts, large, options);
    const rows = await openTokenRows(artifacts, tokens);
    expect([...rows.ids.subarray(0, 4)]).toEqual([2, 65_544, sep, 0]);
    rows.close();
  });

  it('are refused with what does not fit', async () => {
    const tokenizer = await loadTokenizer(json(words));
    const options = { tokenizer, contextLength: 8, continuations: [] };
    const { tokens } = await writeTokenRows(artifacts, corpus, options);
    const { files } = await artifacts.readDirectory(tokens);
    const meta = await artifacts.readJson(files['meta.json'], z.record(z.string(), z.number()));
    const changed = async (changes: Record<string, number>) =>
      artifacts.putDirectory({ ...files, 'meta.json': await artifacts.putJson({ ...meta, ...changes }) });
    const problemOf = async (changes: Record<string, number>) =>
      openTokenRows(artifacts, await changed(changes)).catch((error: unknown) => String(error));
    expect(await problemOf({ rows: 0 })).toMatch(/InvalidInput: .*rows: Too small/);
    expect(await problemOf({ rows: 4 })).toContain('ids.bin, bytes: 48, expected 64');
    expect(await problemOf({ rows: 4 })).toContain('lengths.bin, lengths: 3, expected 4');
    expect(await problemOf({ vocabularySize: 7 })).toContain('is outside the vocabulary of 7');
    const { 'ids.bin': _ids, ...others } = files;
    await expect(openTokenRows(artifacts, await artifacts.putDirectory(others))).rejects.toThrow(
      'no ids.bin',
    );
  });
});
