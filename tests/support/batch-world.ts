// Batches over a store in memory: real stages, real threads, two small models.
import { readFile } from 'node:fs/promises';
import { type BatchDependencies, createBatchActivities, type PinnedVersion } from '../../activities/batch.ts';
import { createStageRunner } from '../../activities/stage-runner.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createClaims } from '../../artifacts/claims.ts';
import { createLineageLog } from '../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { createStepCache } from '../../artifacts/step-cache.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import { type BatchRequest, batchRequestSchema } from '../../contracts/batch.ts';
import type { RoutingDocument, VersionDocument } from '../../contracts/registry.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import { type ModelFiles, writeModel } from '../../pipeline/model/model-files.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { codeOf } from './code.ts';

const contextLength = 48;
export const tags = ['O', 'B-person', 'I-person', 'B-place'];
const golden = (name: string) => readFile(new URL(`../golden/${name}`, import.meta.url), 'utf8');

function classifierFiles(
  head: BertConfig['head'] = 'classification',
  labels: readonly string[] = ['ham', 'spam'],
): ModelFiles {
  const config: BertConfig = {
    ...{ head, vocabularySize: 500, hiddenSize: 16, layers: 1, heads: 2 },
    ...{ intermediateSize: 32, contextLength, tokenTypes: 2, layerNormEpsilon: 1e-12, padTokenId: 0 },
    ...{ labels: [...labels], dropout: 0.1 },
  };
  const layout = parameterLayout(config);
  return writeModel({ config, layout, parameters: initialParameters(layout, 1) });
}

function languageFiles(vocabularySize: number): ModelFiles {
  const shape = { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength } as const;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId: 3, dropout: 0 });
  const layout = gptLayout(config);
  return writeGpt({ config, layout, parameters: initialParameters(layout, 1) });
}

/** A classifier `mails`, a language model `stories`, and `letters`, which finds entities; each with version 1 in service. */
export async function createBatchWorld(objects: BatchDependencies['objects']) {
  const pointers = createMemoryObjectStore();
  const artifacts = createArtifactStore(pointers);
  const lineage = createLineageLog(pointers, artifacts);
  const metrics = createMetrics({ process: 'test' });
  const text = (it: string) => artifacts.putBytes(it, { mediaType: 'text/plain' });
  const packageOf = async (
    { config, weights }: ModelFiles,
    tokenizer: string,
    others: Readonly<Record<string, ArtifactReference>> = {},
    step = 'strip-html',
  ) =>
    artifacts.putDirectory({
      ...{ 'config.json': await text(config), 'tokenizer.json': await text(tokenizer), ...others },
      'model.safetensors': await artifacts.putBytes(weights, { mediaType: mediaTypes.safetensors }),
      'preprocessing.json': await artifacts.putJson({ steps: [{ step }], contextLength }),
    });
  const bpe = await golden('bpe-tokenizer.json');
  const decision = { labels: ['ham', 'spam'], positiveLabel: 'spam', threshold: 0.5 };
  const packages = new Map<string, ArtifactReference>([
    [
      'mails',
      await packageOf(classifierFiles(), await golden('tokenizer.json'), {
        'decision.json': await artifacts.putJson(decision),
      }),
    ],
    ['stories', await packageOf(languageFiles((await loadTokenizer(bpe)).vocabularySize), bpe)],
    [
      'letters',
      await packageOf(
        classifierFiles('token-classification', tags),
        await golden('tokenizer.json'),
        {},
        'decode-entities',
      ),
    ],
  ]);
  const registry: BatchDependencies['registry'] = {
    readVersion: (model, version) => {
      const found = packages.get(model);
      return Promise.resolve(
        found && version === 1 ? ({ model, version, package: found } as VersionDocument) : undefined,
      );
    },
    readRouting: (model) =>
      Promise.resolve(packages.has(model) ? ({ model, champion: 1 } as RoutingDocument) : undefined),
    readSpec: () => Promise.resolve(undefined),
  };
  const runStage = createStageRunner({
    ...{ cache: createStepCache(pointers, artifacts), lineage, metrics, claims: createClaims(pointers) },
    code: { of: () => codeOf('c0de'), isCurrent: () => Promise.resolve(true) },
    now: () => new Date(),
  });
  const activities = createBatchActivities({ artifacts, registry, pointers, objects, runStage, metrics });
  return { pointers, artifacts, lineage, metrics, activities };
}

export type BatchWorld = Awaited<ReturnType<typeof createBatchWorld>>;

export const requestOf = (
  model: string,
  records: BatchRequest['records'],
  question: object = {},
): BatchRequest => batchRequestSchema.parse({ model, records, question });

/** As the workflow does it, shard after shard. */
export async function runBatch(
  { activities }: BatchWorld,
  request: BatchRequest,
  documents?: ArtifactReference,
) {
  const { model, question, records, name } = request;
  const run = { model, runId: `batch/${model}/1` };
  const pinned: PinnedVersion = await activities.pinVersion(request);
  const { shards, count } = await activities.shardRecords({
    ...{ ...run, records, question, answers: pinned.answers },
    ...(name !== undefined && { name }),
    ...(documents && { documents }),
  });
  const done = [];
  for (let place = 0; place < count; place += 1)
    done.push(await activities.answerShard({ ...run, package: pinned.package, shards, place, question }));
  const half = Math.ceil(count / 2);
  const parts = done.map(({ part }) => part);
  const folded = await activities.foldAnswers({
    ...{ ...run, folded: await activities.foldAnswers({ ...run, parts: parts.slice(0, half) }) },
    parts: parts.slice(half),
  });
  const { version, package: reference } = pinned;
  const result = await activities.joinAnswers({
    ...run,
    version,
    package: reference,
    shards,
    folded,
    question,
  });
  if (documents && name !== undefined) await activities.markAnswered({ model, name, documents });
  return { result, done, pinned };
}
