import { describe, expect, it } from 'vitest';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { tokenizerSchema } from '../../../contracts/model-spec/learning.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { openTokenRows, openTokenStream } from '../../../worker/trainer/inputs.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });

/** Tokenizes texts as documents of a corpus. */
async function tokenize(texts: readonly string[], options: { layout?: 'stream'; algorithm?: 'bpe' } = {}) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of texts.entries()) {
    const id = `made-up/${index}`;
    const origin = { id, source: 'made-up', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  const corpus = await shards.close();
  const { layout, algorithm = 'wordpiece' } = options;
  const tokenizer = tokenizerSchema.parse({ algorithm, vocabularySize: 300, minimumFrequency: 1 });
  return asActivity(() =>
    tokenizeCorpus({
      ...{ model: 'm', runId: 'lifecycle/m/1', corpus, tokenizer, contextLength: 16 },
      ...(layout && { layout }),
    }),
  );
}

const texts = ['the lower the lowest', 'newer and newest', 'lower'];

describe('tokenization', () => {
  it('says that a corpus is empty where nothing was collected, or cleaning left nothing', async () => {
    await expect(tokenize([])).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'the corpus is empty: collection and cleaning left no document',
    });
    await expect(tokenize([], { layout: 'stream' })).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('writes rows, which know what continues a word, or a stream', async () => {
    const rows = await openTokenRows(artifacts, (await tokenize(texts)).tokens);
    expect(rows.rows).toBe(3);
    expect(rows.continuations?.some((continues) => continues === 1)).toBe(true);
    rows.close();
    const stream = await openTokenStream(artifacts, (await tokenize(texts, { layout: 'stream' })).tokens);
    expect(stream.ends).toHaveLength(3);
    expect(stream.ids.subarray(stream.ids.length - 1, stream.ids.length)[0]).toBe(stream.endOfTextId);
    stream.close();
  });

  it('says how well the tokenizer fits each language, in rows and in a stream', async () => {
    const english = 'The people of the United States are going to the park today.';
    const korean = '나는 오늘 맛있는 밥을 먹었다. 우리는 내일 공원에 간다.';
    for (const options of [{}, { layout: 'stream', algorithm: 'bpe' } as const]) {
      const { languages = [] } = await tokenize([english, english, korean], options);
      expect(languages.map(({ language, documents }) => [language, documents])).toEqual([
        ['en', 2],
        ['ko', 1],
      ]);
      const [{ words, characterCoverage, unknownRate }, { fertility }] = languages;
      expect({ words, characterCoverage, unknownRate }).toEqual({
        words: 24,
        characterCoverage: 1,
        unknownRate: 0,
      });
      expect(fertility).toBeGreaterThan(1);
    }
  });

  it('gives a decoder every byte of a text back where its vocabulary is one of bytes', async () => {
    const strange = ['밥을 먹었다\n\n  – twice', 'CAFÉ'];
    const made = await tokenize(strange, { layout: 'stream', algorithm: 'bpe' });
    const stream = await openTokenStream(artifacts, made.tokens);
    const tokenizer = await loadTokenizer((await artifacts.readBytes(made.tokenizer)).toString('utf8'));
    const ids = stream.ids.subarray(0, stream.ends[0] - 1);
    expect(await tokenizer.decode(ids)).toBe(strange[0]);
    expect(made.statistics.unknownRate).toBe(0);
    stream.close();
  });
});
