// A tokenizer that is inherited and extended, from the model file's wish to the files that training reads.
import { describe, expect, it } from 'vitest';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { type ArtifactReference, mediaTypes } from '../../../contracts/artifact.ts';
import { tokenizerSchema } from '../../../contracts/model-spec/learning.ts';
import { readVocabulary } from '../../../pipeline/tokenization/tokenizer-json.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { readExtension } from '../../../worker/trainer/extension-input.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const works: { parameters: object; metrics: object }[] = [];
const runStage: StageRunner = async (work) => {
  const { result, metrics = {} } = await work.compute();
  works.push({ parameters: work.parameters, metrics });
  return { ...result, ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 } };
};
const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });

const algorithms = ['wordpiece', 'bpe'] as const;

interface Wish {
  readonly algorithm: (typeof algorithms)[number];
  readonly lowercase?: boolean;
  readonly extension?: { readonly vocabularySize: number };
}

async function tokenize(texts: readonly string[], wish: Wish, existingTokenizer?: ArtifactReference) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of texts.entries()) {
    const id = `made-up/${index}`;
    const origin = { id, source: 'made-up', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  const tokenizer = tokenizerSchema.parse({ vocabularySize: 300, minimumFrequency: 1, ...wish });
  const run = { model: 'm', runId: 'lifecycle/m/1', corpus: await shards.close(), contextLength: 32 };
  const layout = wish.algorithm === 'bpe' ? 'stream' : 'rows';
  return asActivity(() =>
    tokenizeCorpus({ ...run, tokenizer, layout, ...(existingTokenizer && { existingTokenizer }) }),
  );
}

const textOf = async (tokenizer: ArtifactReference) =>
  (await artifacts.readBytes(tokenizer)).toString('utf8');

const english = [
  'The people of the United States are going to the park.',
  'The park of the people is united, and the states of the people are going.',
];
const korean = [
  '나는 오늘 맛있는 밥을 먹었다. 나는 내일 밥을 먹는다.',
  '우리는 오늘 공원에 간다. 나는 밥을 짓는다.',
];
const both = ['The people are going to the park today.', ...korean];

describe.each(algorithms)('a tokenizer of %s that is extended', (algorithm) => {
  it('keeps its tokens and their ids, and adds what the new corpus needs up to the size that is wanted', async () => {
    const first = await tokenize(english, { algorithm });
    const wanted = first.vocabularySize + 12;
    const made = await tokenize(both, { algorithm, extension: { vocabularySize: wanted } }, first.tokenizer);
    const [before, after] = [await textOf(first.tokenizer), await textOf(made.tokenizer)];
    const { tokens } = readVocabulary(before);
    expect(readVocabulary(after).tokens.slice(0, tokens.length)).toEqual(tokens);
    expect(made).toMatchObject({ vocabularySize: wanted, extension: { before: tokens.length, added: 12 } });
    expect(works.at(-1)).toMatchObject({
      parameters: { tokenizer: { extension: { vocabularySize: wanted } } },
      metrics: { addedTokens: 12 },
    });
    expect(await readExtension(artifacts, made.tokens, wanted)).toMatchObject({ before: tokens.length });
    const parse = (json: string): object => JSON.parse(json) as object;
    expect({ ...parse(after), model: null }).toEqual({ ...parse(before), model: null });
  });

  it('tells of each language how it was read before', async () => {
    const first = await tokenize(english, { algorithm });
    const wish = { algorithm, extension: { vocabularySize: first.vocabularySize + 60 } };
    const { languages = [] } = await tokenize(both, wish, first.tokenizer);
    const old = await tokenize(both, { algorithm }, first.tokenizer);
    const [ko, en] = ['ko', 'en'].map((name) => languages.find(({ language }) => language === name));
    expect(ko?.before).toEqual({
      fertility: old.languages?.find(({ language }) => language === 'ko')?.fertility,
      unknownRate: algorithm === 'bpe' ? 0 : (expect.any(Number) as number),
    });
    if (algorithm === 'bpe') expect(ko?.fertility).toBeLessThan(0.8 * (ko?.before?.fertility ?? 0));
    else expect(ko?.unknownRate).toBeLessThan(0.5 * (ko?.before?.unknownRate ?? 0));
    expect(en?.before).toBeDefined();
  });

  it('is the one that there was where it has all tokens that are wanted: later runs go on from it', async () => {
    const first = await tokenize(english, { algorithm });
    const wish = { algorithm, extension: { vocabularySize: first.vocabularySize } };
    const made = await tokenize(korean, wish, first.tokenizer);
    expect(made.tokenizer).toEqual(first.tokenizer);
    expect(made.extension).toEqual({ before: first.vocabularySize, added: 0 });
    expect(await readExtension(artifacts, made.tokens, made.vocabularySize)).toBeUndefined();
  });

  it('is refused where it has more tokens, or was learned in another way', async () => {
    const first = await tokenize(english, { algorithm });
    const refused = (wish: Partial<Wish>) => tokenize(korean, { algorithm, ...wish }, first.tokenizer);
    const extension = { vocabularySize: first.vocabularySize + 9 };
    await expect(refused({ extension: { vocabularySize: 64 } })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: `the tokenizer of the version that training goes on from cannot be extended: tokenizer.extension.vocabularySize: expected more than the ${first.vocabularySize} tokens that it has, not 64`,
    });
    const lowercase = algorithm === 'bpe';
    await expect(refused({ lowercase, extension })).rejects.toThrow(
      `tokenizer.lowercase: expected ${!lowercase}, as it was learned, not ${lowercase}`,
    );
    const other = algorithm === 'bpe' ? 'wordpiece' : 'bpe';
    await expect(refused({ algorithm: other, extension })).rejects.toThrow(
      `tokenizer.algorithm: expected '${algorithm}', as it was learned, not '${other}'`,
    );
  });
});
