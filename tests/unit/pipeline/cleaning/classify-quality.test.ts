import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { writeClassifier } from '../../../../pipeline/cleaning/text-classifier/classifier-file.ts';
import { trainTextClassifier } from '../../../../pipeline/cleaning/text-classifier/text-classifier.ts';
import { createAnalysers } from '../../../../runtimes/languages/analysers.ts';
import { collected } from './documents.ts';

const places = ['harbour', 'market', 'school', 'bridge', 'museum', 'garden', 'library', 'station'];
const examples = places.flatMap((place) => [
  { text: `The ${place} was built before the war and has been kept by the town since.`, labels: ['good'] },
  { text: `Nobody who has seen the ${place} in spring will forget its colours.`, labels: ['good'] },
  { text: `CHEAP ${place} >> click >> best price ${place} deal $$$ 50% off`, labels: [] },
  { text: `${place} login | ${place} register | home | sitemap | next > prev`, labels: [] },
]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-quality-'));
  await writeFile(join(folder, 'quality.json'), writeClassifier(trainTextClassifier(examples)));
});
afterAll(() => rm(folder, { recursive: true }));

const recipe = (options: object = {}) => {
  const step = { step: 'classify-quality', classifier: { path: join(folder, 'quality.json') }, ...options };
  return createRecipe(cleaningSchema.parse({ steps: [step] }).steps, { analysers: createAnalysers() });
};

describe('classify-quality', () => {
  it('keeps what its classifier calls good', async () => {
    const good = 'The castle was built by the town and has been kept since the war.';
    const bad = 'CHEAP castle >> click >> castle deal $$$ 50% off | home | sitemap';
    expect(await recipe().clean(collected(good))).toMatchObject({ outcome: 'kept' });
    const dropped = { outcome: 'dropped', step: 'classify-quality', reason: 'low_quality' };
    expect(await recipe().clean(collected(bad))).toEqual(dropped);
    expect(await recipe({ minimumScore: 1 }).clean(collected(good))).toEqual(dropped);
    expect(await recipe({ minimumScore: 0 }).clean(collected(bad))).toMatchObject({ outcome: 'kept' });
  });

  it('says which labels there are where its own is none of them, and that a file is missing', async () => {
    await expect(recipe({ label: 'fine' }).clean(collected('text'))).rejects.toThrow(
      'quality.json knows good, and no fine',
    );
    const missing = { classifier: { path: join(folder, 'none.json') } };
    await expect(recipe(missing).clean(collected('text'))).rejects.toThrow('ENOENT');
  });
});
