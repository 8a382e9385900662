// Forward through records that are made up: what carries content is followed, and nothing else.
import { beforeEach, describe, expect, it } from 'vitest';
import { type ArtifactStore, createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { traceArtifact } from '../../../../artifacts/lineage/trace-artifact.ts';
import { usesOf } from '../../../../artifacts/lineage/uses.ts';
import { createLineageLog, type LineageLog } from '../../../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { ArtifactReference } from '../../../../contracts/artifact.ts';
import type { Stage } from '../../../../contracts/stages.ts';

type Roles = Record<string, ArtifactReference>;

let artifacts: ArtifactStore;
let lineage: LineageLog;
beforeEach(() => {
  const objects = createMemoryObjectStore();
  artifacts = createArtifactStore(objects);
  lineage = createLineageLog(objects, artifacts);
});

const text = (content: string) => artifacts.putBytes(content, { mediaType: 'text/plain' });

let made = 0;
function record(step: string, inputs: Roles, outputs: Roles) {
  made += 1;
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, made)).toISOString();
  const stage = { pretraining: 'training', 'fine-tuning': 'training', pruning: 'training' }[step] ?? step;
  return lineage.record({
    ...{
      stage: stage as Stage,
      step,
      model: 'mail-filter',
      runId: 'lifecycle/mail-filter/1',
      inputs,
      outputs,
    },
    ...{ parameters: {}, codeVersion: 'c0de', startedAt: time, endedAt: time, cached: false },
  });
}

/** A version from documents of its own. @param more inputs of its training and of its evaluation */
async function makeVersion(name: string, more: { training?: Roles; evaluation?: Roles } = {}) {
  const shard = await text(`shard of ${name}`);
  const documents = await artifacts.putDirectory({ 'a.jsonl': shard });
  const [corpus, tokens, tokenizer] = await Promise.all(
    ['corpus', 'tokens', 'tokenizer'].map((what) => text(`${what} of ${name}`)),
  );
  const config = await artifacts.putJson({ layers: 1 }); // the same for all versions
  const weights = await artifacts.putDirectory({ config, model: await text(`weights of ${name}`) });
  const packaged = await artifacts.putDirectory({
    config,
    model: await text(`weights of ${name}`),
    tokenizer,
  });
  const report = await text(`report of ${name}`);
  await record('collection', {}, { documents });
  await record('cleaning', { documents }, { corpus });
  await record('tokenization', { corpus }, { tokens, tokenizer });
  await record('fine-tuning', { tokens, ...more.training }, { weights });
  const inputs = { corpus, weights, tokenizer, ...more.evaluation };
  await record('evaluation', inputs, { package: packaged, report });
  return { shard, documents, corpus, tokens, weights, package: packaged };
}

const rolesOf = async (reference: ArtifactReference) => {
  const trace = await traceArtifact(reference.digest, { lineage, artifacts });
  return trace && [...trace.values()].map(({ role }) => role);
};

describe('a trace', () => {
  it('leads from a shard to the package that was made of it', async () => {
    const { shard, weights } = await makeVersion('one');
    expect(await rolesOf(shard)).toEqual([
      'documents',
      'corpus',
      'tokenizer',
      'tokens',
      'report',
      'package',
      'weights',
    ]);
    expect(await rolesOf(weights)).toEqual(['weights', 'package']);
  });

  it('leads on to what was trained on from a version, and not to what was compared with it', async () => {
    const one = await makeVersion('one');
    const compared = await makeVersion('compared', { evaluation: { champion: one.package } });
    const later = await makeVersion('later', { training: { initialWeights: one.package } });
    const seen = await traceArtifact(one.shard.digest, { lineage, artifacts });
    expect(seen?.has(later.package.digest)).toBe(true);
    expect(seen?.has(compared.package.digest)).toBe(false);
  });

  it('takes a step that it does not know to carry everything', async () => {
    const { weights } = await makeVersion('one');
    const small = await text('small');
    await record('pruning', { weights }, { small });
    expect(await rolesOf(weights)).toEqual(['weights', 'package', 'small']);
  });

  it('knows nothing of an artifact that no stage saw', async () => {
    expect(await rolesOf(await text('stranger'))).toBeUndefined();
  });

  it('is a tree in which each artifact has what was made of it once, and packages their versions', async () => {
    const { documents, package: packaged } = await makeVersion('one');
    const trace = await traceArtifact(documents.digest, { lineage, artifacts });
    const version = { model: 'mail-filter', version: 1, state: 'champion' as const };
    const [root, ...others] = usesOf(trace ?? new Map(), new Map([[packaged.digest, [version]]]));
    expect(others).toEqual([]);
    const lines = (use: typeof root): string[] => [
      `${use.role} ${use.kind}${use.versions.length > 0 ? ' 1' : ''}${use.repeated ? ' again' : ''}`,
      ...use.into.flatMap((next) => lines(next).map((line) => ` ${line}`)),
    ];
    expect(lines(root)).toEqual([
      'documents dataset',
      ' corpus dataset',
      '  tokenizer dataset',
      '   package package 1',
      '  tokens dataset',
      '   weights checkpoint',
      '    package package 1 again',
      '  report report',
    ]);
  });
});
