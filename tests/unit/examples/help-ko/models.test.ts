import { describe, expect, it } from 'vitest';
import { type ModelDefinition, parseModelSpec } from '../../../../contracts/model-spec/model-spec.ts';
import language from '../../../../examples/help-ko/help-ko.model.ts';
import titles from '../../../../examples/help-ko/help-titles.model.ts';
import topics from '../../../../examples/help-ko/help-topics.model.ts';
import { requestRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { koreanPages, koreanText, koreanTitles } from '../../../support/korean-pages.ts';

function specOf(definition: ModelDefinition) {
  const parsed = parseModelSpec(definition);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}

describe('the models of the Korean help', () => {
  it('are without problems, and titles are learnt on top of the same language', () => {
    const [whole, answering] = [specOf(language), specOf(titles)];
    expect(answering.cleaning).toEqual(whole.cleaning);
    expect(answering.tokenizer).toEqual(whole.tokenizer);
    expect(answering.training.pretraining).toEqual(whole.training.pretraining);
    expect(specOf(topics).collection.labels).toEqual([{ kind: 'document-folder', source: 'help' }]);
  });

  it('give new pages their titles each morning, asked for as they were learnt', () => {
    const { batches, training } = specOf(titles);
    expect(batches).toMatchObject([{ name: 'daily', schedule: '0 6 * * *', output: 'jsonl' }]);
    expect(batches?.[0].template).toBe(training.supervisedFineTuning?.template.prompt);
    expect(batches?.[0].objects).toBeUndefined(); // what the sources have brought
  });

  it('read neither the heading of a page nor what stands around it, which hold its title', async () => {
    const { clean } = requestRecipe(specOf(language).cleaning.steps);
    const pages = Object.values(koreanPages).map((data) => clean({ mediaType: 'text/html', data }));
    expect(await Promise.all(pages)).toEqual(koreanTitles.map((title) => ({ text: koreanText(title) })));
  });
});
