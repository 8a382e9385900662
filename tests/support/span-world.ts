// Documents with labelled spans through real cleaning and tokenization, in memory, for tests of what comes after them.
import { createHash } from 'node:crypto';
import { createCleaningActivities } from '../../activities/cleaning.ts';
import { createShardWriter } from '../../activities/shards.ts';
import { createStageRunner } from '../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../activities/tokenization.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createClaims } from '../../artifacts/claims.ts';
import { writeJsonLines } from '../../artifacts/json-lines.ts';
import { createLineageLog } from '../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { createStepCache } from '../../artifacts/step-cache.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { CollectedDocument, LabelledSpan } from '../../contracts/document.ts';
import { cleaningSchema } from '../../contracts/model-spec/cleaning.ts';
import { tokenizerSchema } from '../../contracts/model-spec/learning.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from './activity-context.ts';
import { codeOf, codeVersionsOf } from './code.ts';

/** @example marked('[Ada](person) sang') → { text: 'Ada sang', spans: [{ start: 0, end: 3, label: 'person' }] } */
export function marked(markup: string): { text: string; spans: LabelledSpan[] } {
  const spans: LabelledSpan[] = [];
  let text = '';
  let read = 0;
  for (const { 0: whole, 1: inner, 2: label, index } of markup.matchAll(/\[([^\]]*)\]\((\w+)\)/g)) {
    text += markup.slice(read, index);
    spans.push({ start: text.length, end: text.length + inner.length, label });
    text += inner;
    read = index + whole.length;
  }
  return { text: text + markup.slice(read), spans };
}

/** A document as it is collected. */
export function collectedText(id: string, data: string): CollectedDocument {
  return {
    ...{ id, source: 'notes', uri: `file:///${id}`, collectedAt: '2026-11-30T10:00:00.000Z' },
    digest: `sha256:${createHash('sha256').update(data).digest('hex')}`,
    content: { mediaType: 'text/plain', encoding: 'utf8', data },
  };
}

export type SpanWorld = Awaited<ReturnType<typeof openSpanWorld>>;

/**
 * @param documents marked texts by id; one without brackets is labelled to have no entity
 * @param options.unlabelled texts that nobody labelled, by id; they stand behind the others
 */
export async function openSpanWorld(
  documents: Readonly<Record<string, string>>,
  {
    steps = [],
    unlabelled = {},
    contextLength = 32,
  }: {
    readonly steps?: readonly unknown[];
    readonly unlabelled?: Readonly<Record<string, string>>;
    readonly contextLength?: number;
  } = {},
) {
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  const lineage = createLineageLog(objects, artifacts);
  const metrics = createMetrics({ process: 'test' });
  const runStage = createStageRunner({
    ...{ cache: createStepCache(objects, artifacts), claims: createClaims(objects), lineage, metrics },
    code: codeVersionsOf(() => codeOf('c0de')),
    now: () => new Date(),
  });
  const run = { model: 'names', runId: 'lifecycle/names/run' };
  const cleaning = cleaningSchema.parse({ steps });
  const read = Object.entries(documents).map(([id, markup]) => ({ id, ...marked(markup) }));
  const shards = createShardWriter<CollectedDocument>(artifacts, mediaTypes.documents);
  for (const { id, text } of read) await shards.add(collectedText(id, text));
  for (const [id, text] of Object.entries(unlabelled)) await shards.add(collectedText(id, text));
  const documentsAsCollected = await shards.close();
  const labels = await writeJsonLines(
    artifacts,
    read.map(({ id, spans }) => ({ document: id, spans })),
    mediaTypes.labels,
  );
  const collected = { documents: documentsAsCollected, labels };
  await asActivity(() =>
    runStage({
      ...{ stage: 'collection', run, parameters: {}, inputs: {}, cacheable: false },
      compute: () => Promise.resolve({ result: {}, outputs: collected }),
    }),
  );
  const { cleanDocuments } = createCleaningActivities({ artifacts, runStage, metrics });
  const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
  const tokenizer = tokenizerSchema.parse({ vocabularySize: 400, minimumFrequency: 1 });
  const cleaned = await asActivity(() =>
    cleanDocuments({ ...run, cleaning, documents: documentsAsCollected, aligned: true }),
  );
  const tokenized = await asActivity(() =>
    tokenizeCorpus({ ...run, corpus: cleaned.corpus, tokenizer, contextLength }),
  );
  return {
    ...{
      run,
      objects,
      artifacts,
      lineage,
      runStage,
      loadTokenizer,
      cleaning,
      cleaned,
      tokenized,
      contextLength,
    },
    ...{ corpus: cleaned.corpus, labels },
  };
}
