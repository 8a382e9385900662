// Steps of words in one recipe, as a model file names them.
import { describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../../contracts/model-spec/cleaning.ts';
import { createRecipe, requestRecipe } from '../../../../../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();
const { steps } = cleaningSchema.parse({
  steps: [{ step: 'lower-case' }, { step: 'remove-stop-words', language: 'en' }, { step: 'lemmatize' }],
});

describe('a recipe of words', () => {
  it.each([
    ['Hello', 'hello'],
    ['I am going to the park', 'go park'],
    ['Running', 'run'],
    ['Better', 'good'],
  ])('makes %j to %j, in training and of a request', async (text, words) => {
    expect(await createRecipe(steps, { analysers }).clean(collected(text))).toMatchObject({
      document: { text: words },
    });
    expect(await requestRecipe(steps, analysers).clean({ data: text, mediaType: 'text/plain' })).toEqual({
      text: words,
    });
  });

  it('says what it needs where there are no engines', async () => {
    await expect(requestRecipe(steps).clean({ data: 'Hello', mediaType: 'text/plain' })).rejects.toThrow(
      'needs wink-nlp',
    );
  });
});
