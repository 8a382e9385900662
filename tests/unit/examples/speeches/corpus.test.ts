// The example of speeches from its source to tokens, as its model file says.
import { expect, it } from 'vitest';
import { createCleaningActivities } from '../../../../activities/cleaning.ts';
import { createCollectionActivities } from '../../../../activities/collection.ts';
import type { StageRunner } from '../../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../../activities/tokenization.ts';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { loadModelFile } from '../../../../client/model-file.ts';
import { createMetrics } from '../../../../monitoring/metrics.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';
import { openTokenStream } from '../../../../worker/trainer/inputs.ts';
import { asActivity } from '../../../support/activity-context.ts';
import { memoryObjects } from '../../sources/support.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const run = { model: 'speeches', runId: 'lifecycle/speeches/1' };

it('the speeches come from their package to tokens, and the funnel tells what became of them', {
  timeout: 300_000,
}, async () => {
  const { collection, cleaning, tokenizer } = await loadModelFile('examples/speeches/speeches.model.ts');
  const { collectDocuments } = createCollectionActivities({
    ...{ artifacts, runStage, pointers: createMemoryObjectStore(), objects: memoryObjects(new Map()) },
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
  const { documents, documentCount } = await asActivity(() => collectDocuments({ ...run, collection }));
  expect(documentCount).toBeGreaterThan(200);
  const metrics = createMetrics({ process: 'test' });
  const { cleanDocuments } = createCleaningActivities({ artifacts, runStage, metrics });
  const cleaned = await asActivity(() => cleanDocuments({ ...run, cleaning, documents }));
  expect(cleaned.funnel).toMatchObject([{ step: 'normalize-unicode', in: documentCount, dropped: 0 }]);
  const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
  const { tokens } = await asActivity(() =>
    tokenizeCorpus({ ...run, corpus: cleaned.corpus, tokenizer, contextLength: 64, layout: 'stream' }),
  );
  const stream = await openTokenStream(artifacts, tokens);
  expect(stream.ends).toHaveLength(documentCount);
  expect(stream.ids.length).toBeGreaterThan(1_000_000); // of 1.8 million words
  stream.close();
});
