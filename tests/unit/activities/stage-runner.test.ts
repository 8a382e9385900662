import { beforeEach, describe, expect, it } from 'vitest';
import { createStageRunner, type StageRunner, type StageWork } from '../../../activities/stage-runner.ts';
import { type ArtifactStore, createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { createClaims } from '../../../artifacts/claims.ts';
import { createLineageLog, type LineageLog } from '../../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import { createStepCache } from '../../../artifacts/step-cache.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import { createMetrics, type Metrics } from '../../../monitoring/metrics.ts';
import { asActivity } from '../../support/activity-context.ts';
import { codeOf } from '../../support/code.ts';

describe('stage runner', () => {
  let objects: ObjectStore;
  let artifacts: ArtifactStore;
  let lineage: LineageLog;
  let metrics: Metrics;
  let runStage: StageRunner;
  let documents: ArtifactReference;
  let computed: number;
  let clock: number;
  let code: string;
  let current: boolean;

  beforeEach(async () => {
    objects = createMemoryObjectStore();
    artifacts = createArtifactStore(objects);
    lineage = createLineageLog(objects, artifacts);
    metrics = createMetrics({ process: 'test' });
    documents = await artifacts.putBytes('documents', { mediaType: 'text/plain' });
    [computed, clock, code, current] = [0, Date.parse('2026-05-01T00:00:00Z'), 'c0de', true];
    runStage = createStageRunner({
      cache: createStepCache(objects, artifacts),
      lineage,
      metrics,
      claims: createClaims(objects),
      code: { of: () => codeOf(code), isCurrent: () => Promise.resolve(current) },
      now: () => {
        clock += 1_500; // each look at the clock
        return new Date(clock);
      },
    });
  });

  const cleaning = (
    overrides: Partial<StageWork<{ corpus: ArtifactReference }>> = {},
  ): StageWork<{ corpus: ArtifactReference }> => ({
    stage: 'cleaning',
    run: { model: 'mail-filter', runId: 'lifecycle/mail-filter/1' },
    parameters: { steps: ['strip-html'], absent: undefined },
    inputs: { documents },
    compute: async () => {
      computed += 1;
      const corpus = await artifacts.putBytes('clean documents', { mediaType: 'text/plain' });
      return { result: { corpus }, outputs: { corpus }, metrics: { kept: 7 } };
    },
    ...overrides,
  });
  const run = (overrides?: Parameters<typeof cleaning>[0]) => asActivity(() => runStage(cleaning(overrides)));

  it('computes what it does not know, and writes down where it came from', async () => {
    const result = await run();
    expect(result).toMatchObject({ cached: false, seconds: 1.5, step: 'cleaning' });
    expect(result.cacheReason).toBe('no earlier result of this step');
    expect((await artifacts.readBytes(result.corpus)).toString()).toBe('clean documents');
    expect(await lineage.read(result.lineage)).toEqual({
      stage: 'cleaning',
      step: 'cleaning',
      model: 'mail-filter',
      runId: 'lifecycle/mail-filter/1',
      inputs: { documents },
      outputs: { corpus: result.corpus },
      parameters: { steps: ['strip-html'] },
      codeVersion: codeOf('c0de').digest,
      startedAt: '2026-05-01T00:00:01.500Z',
      endedAt: '2026-05-01T00:00:03.000Z',
      metrics: { kept: 7 },
      cached: false,
    });
  });

  it('takes the same work from the cache, with a lineage record of the new run', async () => {
    const first = await run();
    const second = await run({ run: { model: 'mail-filter', runId: 'lifecycle/mail-filter/2' } });
    expect(computed).toBe(1);
    expect(second).toMatchObject({ corpus: first.corpus, cached: true });
    expect(second.cacheReason).toMatch(/^computed at .* by lifecycle\/mail-filter\/1$/);
    expect(first).not.toHaveProperty('cacheDifferences');
    expect(await lineage.read(second.lineage)).toMatchObject({
      runId: 'lifecycle/mail-filter/2',
      outputs: { corpus: first.corpus },
      cached: true,
    });
  });

  it('computes anew for another parameter, input, code or part of the stage', async () => {
    await run();
    await run({ parameters: { steps: [] } });
    await run({ inputs: { documents: await artifacts.putBytes('others', { mediaType: 'text/plain' }) } });
    await run({ step: 'selection' });
    code = 'c0df';
    await run();
    expect(computed).toBe(5);
  });

  it('says which part of the key differs from the nearest earlier result', async () => {
    await run();
    code = 'c0df';
    const result = await run({ parameters: { steps: ['strip-html', 'drop-short'] } });
    expect(result.cacheDifferences).toEqual([
      {
        part: 'code',
        name: 'stage.ts',
        before: expect.any(String) as string,
        now: expect.any(String) as string,
      },
      { part: 'parameter', name: 'steps[1]', now: '"drop-short"' },
    ]);
    expect(result.cacheReason).toMatch(
      /^code differs in stage\.ts; parameter steps\[1\] is new: "drop-short" \(/,
    );
  });

  it('does not remember what code newer than its own may have computed', async () => {
    current = false;
    await run();
    expect(await run()).toMatchObject({ cached: false });
    current = true;
    await run();
    expect(await run()).toMatchObject({ cached: true });
  });

  it('computes anew where an output is gone or cut short', async () => {
    const { corpus } = await run();
    await objects.remove(blobKey(corpus.digest));
    expect(await run()).toMatchObject({ cached: false, corpus });
    await objects.put(blobKey(corpus.digest), Buffer.from('cut'));
    expect(await run()).toMatchObject({ cached: false });
    expect((await artifacts.readBytes(corpus)).toString()).toBe('clean documents');
  });

  it('computes anew what was found corrupt when it was read', async () => {
    const { corpus } = await run();
    await objects.put(blobKey(corpus.digest), Buffer.from('c1ean documents'));
    await expect(artifacts.readBytes(corpus)).rejects.toMatchObject({ type: 'ArtifactCorrupt' });
    expect(await run()).toMatchObject({ cached: false });
    expect((await artifacts.readBytes(corpus)).toString()).toBe('clean documents');
  });

  it('neither asks nor fills the cache for what depends on the world outside', async () => {
    await run({ cacheable: false });
    await run({ cacheable: false });
    await run();
    expect(computed).toBe(3);
  });

  it('records nothing for work that fails', async () => {
    const failing = run({ compute: () => Promise.reject(new Error('no memory')) });
    await expect(failing).rejects.toThrow('no memory');
    expect(await run()).toMatchObject({ cached: false });
    expect(await lineage.findProducers(documents.digest)).toEqual([]);
  });

  it('counts hits and misses, and measures the stage', async () => {
    await run();
    await run();
    await run({ cacheable: false });
    const text = await metrics.text();
    expect(text).toContain('coppice_step_cache_lookups_total{stage="cleaning",result="miss"} 1');
    expect(text).toContain('coppice_step_cache_lookups_total{stage="cleaning",result="hit"} 1');
    expect(text).toMatch(
      /coppice_stage_duration_seconds_count\{model="mail-filter",stage="cleaning",outcome="computed"\} 2/,
    );
    expect(text).toMatch(
      /coppice_stage_duration_seconds_count\{model="mail-filter",stage="cleaning",outcome="cached"\} 1/,
    );
  });
});
