import { describe, expect, it } from 'vitest';
import { createCleaningActivities } from '../../../activities/cleaning.ts';
import { createShardCleaningActivities } from '../../../activities/shard-cleaning.ts';
import { createShardWriter, readShards } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { cleanDocumentSchema } from '../../../contracts/document.ts';
import { cleaningSchema, splitRecipe } from '../../../contracts/model-spec/cleaning.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const dependencies = { artifacts, runStage, metrics: createMetrics({ process: 'test' }) };
const { cleanDocuments } = createCleaningActivities(dependencies);
const { countShards, cleanShards, foldParts, joinParts } = createShardCleaningActivities(dependencies);
const run = { model: 'm', runId: 'lifecycle/m/1' };

/** Few pages share two of them, so that hardly any are compared. */
const ownWords = (page: number): string =>
  Array.from({ length: 8 }, (_, place) => `word${(page * (2 * place + 3)) % 10_007}`).join(' ');

/** So many pages: every third too short, every fifth the same as the one before it. */
async function pages(count: number) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (let place = 0; place < count; place += 1) {
    const id = `pages/${place}`;
    const subject = place % 5 === 4 ? place - 1 : place;
    const text =
      place % 3 === 2
        ? '<p>short</p>'
        : `<p>${place % 7 === 0 ? 'fuck, ' : ''}page ${subject} &amp; ${ownWords(subject)}</p>`;
    const origin = { id, source: 'pages', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    const content = { mediaType: 'text/html', encoding: 'utf8' as const, data: text };
    await shards.add({ ...origin, collectedAt: '2026-11-30T10:00:00Z', content });
  }
  return shards.close();
}

const recipe = (...steps: object[]) => cleaningSchema.parse({ steps });
const kept = async (corpus: Parameters<typeof readShards>[1]) => {
  const found = [];
  for await (const document of readShards(artifacts, corpus, cleanDocumentSchema)) found.push(document);
  return found;
};

/** As the workflow does it, two shards at a time and folded in two goes. */
async function inParts(documents: Awaited<ReturnType<typeof pages>>, cleaning: ReturnType<typeof recipe>) {
  const { alone, together } = splitRecipe(cleaning.steps);
  return asActivity(async () => {
    const parts = [];
    for (let from = 0; from < (await countShards({ ...run, documents })); from += 2) {
      const { part } = await cleanShards({
        ...run,
        documents,
        steps: alone,
        followed: together.length > 0,
        from,
        to: from + 2,
      });
      parts.push(part);
    }
    const folded = await foldParts({
      ...run,
      folded: await foldParts({ ...run, parts: parts.slice(0, 1) }),
      parts: parts.slice(1),
    });
    const joined = await joinParts({ ...run, documents, steps: alone, folded });
    if (together.length === 0) return joined;
    const { dropped, droppedCount, funnel } = joined;
    return cleanDocuments({
      ...run,
      cleaning: { steps: together },
      documents: joined.corpus,
      before: { dropped, droppedCount, funnel },
    });
  });
}

describe('cleaning some shards at a time', () => {
  it.each([
    [
      'steps that look at one document alone',
      recipe({ step: 'strip-html' }, { step: 'drop-short', minimumWords: 3 }),
    ],
    [
      'steps that compare documents, behind them',
      recipe({ step: 'strip-html' }, { step: 'deduplicate' }, { step: 'drop-short', minimumWords: 3 }),
    ],
    [
      'marks of a step before steps that compare documents',
      recipe(
        { step: 'strip-html' },
        { step: 'flag-harmful', thresholds: { profanity: 0.01 }, action: 'mark' },
        { step: 'deduplicate' },
        { step: 'drop-short', minimumWords: 3 },
      ),
    ],
  ])('keeps, drops and counts what one go does: %s', async (what, cleaning) => {
    const documents = await pages(2_100);
    const whole = await asActivity(() => cleanDocuments({ ...run, cleaning, documents }));
    const parts = await inParts(documents, cleaning);
    expect(await kept(parts.corpus)).toEqual(await kept(whole.corpus));
    const marked = (await kept(whole.corpus)).some(({ marks }) => marks?.includes('profanity'));
    expect(marked).toBe(what.startsWith('marks'));
    expect(parts.funnel).toEqual(whole.funnel);
    expect([parts.keptCount, parts.droppedCount]).toEqual([whole.keptCount, whole.droppedCount]);
    expect(whole.droppedCount).toBeGreaterThan(0);
  });

  it('gives no shard where nothing of it is kept', async () => {
    const { corpus, keptCount, droppedCount } = await inParts(
      await pages(10),
      recipe({ step: 'drop-short', minimumWords: 100 }),
    );
    expect([keptCount, droppedCount, await kept(corpus)]).toEqual([0, 10, []]);
  });
});

describe('splitRecipe', () => {
  const names = (...steps: object[]) => {
    const { alone, together } = splitRecipe(recipe(...steps).steps);
    return [alone.map(({ step }) => step), together.map(({ step }) => step)];
  };
  const [html, duplicates, mail] = [{ step: 'strip-html' }, { step: 'deduplicate' }, { step: 'decode-mail' }];

  it('parts a recipe where documents are first compared', () => {
    expect(names()).toEqual([[], []]);
    expect(names(html)).toEqual([['strip-html'], []]);
    expect(names(html, duplicates, html)).toEqual([['strip-html'], ['deduplicate', 'strip-html']]);
  });

  it('leaves a recipe whole that decodes what came after that', () => {
    expect(names(html, duplicates, mail)).toEqual([[], ['strip-html', 'deduplicate', 'decode-mail']]);
  });
});
