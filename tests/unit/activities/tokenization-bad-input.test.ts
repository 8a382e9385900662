// Corpora that nobody would wish for, from the cleaning of their documents to their tokens.
import { describe, expect, it } from 'vitest';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { tokenizerSchema } from '../../../contracts/model-spec/learning.ts';
import { requestRecipe } from '../../../pipeline/cleaning/recipe.ts';
import type { Tokenizer } from '../../../pipeline/tokenization/tokenizer.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
const algorithms = ['wordpiece', 'bpe'] as const;

/** Learns from texts, as a model file with this algorithm does. */
async function learn(algorithm: (typeof algorithms)[number], texts: readonly string[]) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of texts.entries()) {
    const id = `made-up/${index}`;
    const origin = { id, source: 'made-up', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  const corpus = await shards.close();
  const tokenizer = tokenizerSchema.parse({ algorithm, vocabularySize: 400, minimumFrequency: 1 });
  const run = { model: 'm', runId: 'lifecycle/m/1' };
  const made = await asActivity(() => tokenizeCorpus({ ...run, corpus, tokenizer, contextLength: 32 }));
  const json = (await artifacts.readBytes(made.tokenizer)).toString('utf8');
  return { ...made, loaded: await loadTokenizer(json) };
}

async function idsOf({ encodeWhole }: Tokenizer, texts: readonly string[]): Promise<(readonly number[])[]> {
  const ids = [];
  for await (const chunk of encodeWhole(texts)) ids.push(...chunk);
  return ids;
}

const korean = '나는 오늘 맛있는 밥을 먹었다.';

describe.each(algorithms)('tokenization by %s', (algorithm) => {
  it.each([
    ['no document', []],
    ['no text', ['', '']],
  ])('refuses a corpus of %s, and says so', async (_, texts) => {
    await expect(learn(algorithm, texts)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringMatching(/corpus/) as string,
    });
  });

  it('knows white space for no word: a corpus of nothing else is refused, or is its bytes', async () => {
    const learned = learn(algorithm, [' \n\t', '\u3000']);
    if (algorithm === 'wordpiece') await expect(learned).rejects.toMatchObject({ type: 'InvalidInput' });
    else expect((await learned).statistics).toMatchObject({ fertility: 0, unknownRate: 0 });
  });

  it.each(['a', '밥', '🙂'])('learns from a corpus of one character: %s', async (character) => {
    const { loaded, statistics } = await learn(algorithm, [character]);
    const [ids] = await idsOf(loaded, [character]);
    expect(ids).not.toContain(loaded.unknownId);
    expect(await loaded.decode(ids)).toBe(character);
    expect(statistics.unknownRate).toBe(0);
  });

  it('reads halves of surrogate pairs as no character; a corpus with one is refused where it is written', async () => {
    const { loaded } = await learn(algorithm, [`one two ${korean}`]);
    const [ids] = await idsOf(loaded, ['one \ud800 two']);
    expect(await loaded.decode(ids)).not.toMatch(/\p{Surrogate}/u);
    await expect(learn(algorithm, ['one \ud800two'])).rejects.toThrow(
      '$.text: a lone surrogate is no Unicode text',
    );
  });

  it('learns and reads Korean that came as letters as it does syllables, whatever the recipe', async () => {
    const apart = korean.normalize('NFD');
    const { clean } = requestRecipe([{ step: 'normalize-unicode', form: 'NFC' }]);
    const cleaned = await clean({ data: apart, encoding: 'utf8', mediaType: 'text/plain' });
    expect(cleaned).toEqual({ text: korean });
    const whole = await learn(algorithm, [korean]);
    const learned = await learn(algorithm, [apart]);
    expect(learned.tokenizer).toEqual(whole.tokenizer);
    expect(learned.statistics.unknownRate).toBe(0);
    expect(await idsOf(whole.loaded, [apart])).toEqual(await idsOf(whole.loaded, [korean]));
  });
});
