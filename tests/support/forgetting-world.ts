// A pipeline small enough to forget in: real collection, cleaning and tokenization over any bucket, trainings and
// evaluations whose outputs are a few bytes, versions in a registry, and what gateways wrote down.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCleaningActivities } from '../../activities/cleaning.ts';
import { createCollectionActivities } from '../../activities/collection.ts';
import { createStageRunner } from '../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../activities/tokenization.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createClaims } from '../../artifacts/claims.ts';
import { createLineageLog } from '../../artifacts/lineage.ts';
import { type ObjectStore, readObject } from '../../artifacts/object-store.ts';
import { createObservationLog } from '../../artifacts/observations.ts';
import type { RegistryReader } from '../../artifacts/registry/registry-reader.ts';
import type { RegistryWriter } from '../../artifacts/registry/registry-writer.ts';
import { createStepCache } from '../../artifacts/step-cache.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import type { ModelDefinition } from '../../contracts/model-spec/model-spec.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from './activity-context.ts';
import { codeOf, codeVersionsOf } from './code.ts';
import { specOf } from './model-fixtures.ts';

/** The first two bytes of a gzip (RFC 1952). */
const gzipMagic = 0x1f8b;

export type ForgettingWorld = Awaited<ReturnType<typeof openForgettingWorld>>;

export interface ForgettingStore {
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly registry: RegistryReader;
  readonly writer: Pick<RegistryWriter, 'commit' | 'writeSpec'>;
}

export async function openForgettingWorld(
  model: string,
  { objects, registry, writer }: ForgettingStore,
  overrides: Partial<ModelDefinition> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-forgetting-'));
  const inbox = join(folder, 'inbox');
  const labelFile = join(folder, 'labels.jsonl');
  await mkdir(inbox);
  const artifacts = createArtifactStore(objects);
  const lineage = createLineageLog(objects, artifacts);
  const metrics = createMetrics({ process: 'test' });
  let ticks = 0;
  const now = () => {
    ticks += 1;
    return new Date(Date.UTC(2026, 4, 1) + ticks * 1_000);
  };
  const runStage = createStageRunner({
    cache: createStepCache(objects, artifacts),
    claims: createClaims(objects),
    code: codeVersionsOf(() => codeOf('c0de')),
    ...{ lineage, metrics, now },
  });
  const reader = {
    list: async function* () {},
    read: () => Promise.reject(new Error('no bucket')),
    stream: async function* () {},
  };
  const { collectDocuments } = createCollectionActivities({
    ...{ artifacts, runStage, now },
    pointers: objects,
    objects: reader,
  });
  const { cleanDocuments } = createCleaningActivities({ artifacts, runStage, metrics });
  const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
  const spec = specOf(model, {
    collection: {
      sources: [{ kind: 'files', name: 'inbox', path: inbox }],
      labels: [{ kind: 'label-files', path: labelFile }],
    },
    cleaning: { steps: [{ step: 'normalize-unicode' }] },
    tokenizer: { vocabularySize: 100, minimumFrequency: 1 },
    ...overrides,
  });
  let commits = 0;

  const train = (runId: string, inputs: Readonly<Record<string, ArtifactReference>>) =>
    runStage({
      ...{ stage: 'training' as const, step: 'fine-tuning', run: { model, runId }, parameters: {}, inputs },
      compute: async () => {
        const bytes = `weights of ${JSON.stringify(Object.values(inputs).map(({ digest }) => digest))}`;
        const weights = await artifacts.putDirectory({
          'config.json': await artifacts.putJson({ layers: 1 }),
          'model.safetensors': await artifacts.putBytes(bytes, { mediaType: mediaTypes.safetensors }),
        });
        return { result: { weights }, outputs: { weights } };
      },
    });

  /** Quotes the first document, as reports quote their worst errors. */
  const evaluate = (
    runId: string,
    inputs: Readonly<Record<'corpus' | 'weights' | 'tokenizer', ArtifactReference>> &
      Readonly<Record<string, ArtifactReference>>,
    quoted: string,
  ) =>
    runStage({
      ...{ stage: 'evaluation' as const, run: { model, runId }, parameters: {}, inputs },
      compute: async () => {
        const { files } = await artifacts.readDirectory(inputs.weights);
        const outputs = {
          package: await artifacts.putDirectory({ ...files, 'tokenizer.json': inputs.tokenizer }),
          evidence: await artifacts.putJson({ errors: [{ id: quoted, text: 'as it was' }], runId }),
          report: await artifacts.putBytes(`<p>${quoted} in ${runId}</p>`, { mediaType: mediaTypes.html }),
        };
        return { result: outputs, outputs };
      },
    });

  return {
    ...{ model, spec, objects, artifacts, lineage, registry, folder },
    observations: createObservationLog(objects, { replica: 'gateway', now }),
    idOf: (name: string) => `inbox/${name}`,
    write: (name: string, text: string) => writeFile(join(inbox, name), text),
    label: (labels: Readonly<Record<string, string>>) =>
      writeFile(
        labelFile,
        Object.entries(labels)
          .map(([document, label]) => JSON.stringify({ document, label }))
          .join('\n'),
      ),
    collect: (run: string) =>
      asActivity(() =>
        collectDocuments({ model, runId: `lifecycle/${model}/${run}`, collection: spec.collection }),
      ),
    /** Puts a version into the registry. @param options.quoted id of the document that its report quotes */
    makeVersion: (
      run: string,
      options: { quoted: string; champion?: ArtifactReference; register?: boolean },
    ) =>
      asActivity(async () => {
        const runId = `lifecycle/${model}/${run}`;
        const id = { model, runId };
        const collected = await collectDocuments({ ...id, collection: spec.collection });
        const { documents } = collected;
        const cleaned = await cleanDocuments({ ...id, cleaning: spec.cleaning, documents });
        const { tokens, tokenizer } = await tokenizeCorpus({
          ...{ ...id, corpus: cleaned.corpus, tokenizer: spec.tokenizer, contextLength: 16 },
        });
        const { weights } = await train(runId, { tokens });
        const blob = await artifacts.putBytes(`moments of ${runId}`, { mediaType: mediaTypes.checkpoint });
        const pointer = JSON.stringify({ step: 1, jobDigest: 'x', reference: blob });
        await objects.put(`checkpoints/${runId}/training/fine-tuning/latest.json`, Buffer.from(pointer));
        const inputs = {
          ...{ corpus: cleaned.corpus, weights, tokenizer },
          ...(options.champion && { champion: options.champion }),
        };
        const evaluated = await evaluate(runId, inputs, options.quoted);
        const reference = await writer.writeSpec({ model, spec, by: 'kim' });
        commits += 1;
        if (options.register ?? true) {
          await writer.commit({
            ...{ model, idempotencyKey: `${model}-${commits}`, actor: 'kim', reason: 'passed' },
            change: {
              kind: 'register',
              version: {
                ...{ model, runId, trigger: { kind: 'person', name: 'kim' }, spec: reference },
                package: evaluated.package,
                report: evaluated.report,
                evidence: evaluated.evidence,
                ...{ lineage: [], metrics: {} },
              },
            },
          });
        }
        return { collected, cleaned, tokens, tokenizer, weights, evaluated, checkpoint: blob };
      }),
    holdersOf: (text: string) => holdersOf(objects, text),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** @returns keys of the objects that hold a text, packed or not */
export async function holdersOf(objects: ObjectStore, text: string): Promise<string[]> {
  const holders: string[] = [];
  for await (const { key } of objects.list('')) {
    const bytes = (await readObject(objects, key)) ?? Buffer.alloc(0);
    const isPacked = bytes.length > 1 && bytes.readUInt16BE(0) === gzipMagic;
    if ((isPacked ? gunzipSync(bytes) : bytes).includes(text)) holders.push(key);
  }
  return holders;
}
