// What claims promise, on any store: of several that want the same, one works and the others take what it made.
import { describe, expect, it } from 'vitest';
import { createStageRunner } from '../../activities/stage-runner.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createClaims } from '../../artifacts/claims.ts';
import { createLineageLog } from '../../artifacts/lineage.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { createStepCache } from '../../artifacts/step-cache.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { asActivity } from './activity-context.ts';
import { codeOf, codeVersionsOf } from './code.ts';
import { createGate } from './gate.ts';

interface Work {
  readonly runId: string;
  readonly compute: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** A runner as a process has it, over a bucket that it shares with others. */
function newRunner(objects: ObjectStore) {
  const artifacts = createArtifactStore(objects);
  const runStage = createStageRunner({
    cache: createStepCache(objects, artifacts),
    claims: createClaims(objects),
    lineage: createLineageLog(objects, artifacts),
    metrics: createMetrics({ process: 'test' }),
    code: codeVersionsOf(() => codeOf('code')),
    now: () => new Date(),
  });
  return ({ runId, compute, signal }: Work) =>
    asActivity(
      () =>
        runStage<{ corpus: ArtifactReference }>({
          stage: 'cleaning',
          run: { model: 'mail-filter', runId },
          parameters: {},
          inputs: {},
          compute: async () => {
            await compute();
            const corpus = await artifacts.putBytes('corpus', { mediaType: 'text/plain' });
            return { result: { corpus }, outputs: { corpus } };
          },
        }),
      signal,
    );
}

/** A claim as a process leaves it that was killed: never renewed, never released. */
async function leaveClaim(objects: ObjectStore, holder: string, lifetimeMs?: number): Promise<void> {
  const put: ObjectStore['put'] = (key, body, options) =>
    options?.ifNoneMatch ? objects.put(key, body, options) : Promise.resolve();
  const claims = createClaims({ ...objects, put }, lifetimeMs === undefined ? {} : { lifetimeMs });
  const key = createStepCache(objects, createArtifactStore(objects)).key({
    ...{ step: 'cleaning', code: codeOf('code'), parameters: {}, inputs: {} },
  });
  expect(await claims.take(key, holder)).toMatchObject({ taken: true });
}

/** Work that says when it has begun and ends when it is let. */
function heldWork() {
  const [begun, end] = [createGate(), createGate()];
  return {
    begun: begun.opened,
    end: end.open,
    run: () => {
      begun.open();
      return end.opened;
    },
  };
}

/** @param name of the store; @param newBucket an empty bucket */
export function describeClaims(name: string, newBucket: () => Promise<ObjectStore>): void {
  describe(`two runs that want the same at once, on ${name}`, () => {
    it('compute it once: the other waits, takes the result, and says from whom', async () => {
      const objects = await newBucket();
      let computed = 0;
      const work = heldWork();
      const compute = async () => {
        computed += 1;
        await work.run();
      };
      const first = newRunner(objects)({ runId: 'first', compute });
      await work.begun;
      const second = newRunner(objects)({ runId: 'second', compute });
      work.end();
      const [made, taken] = await Promise.all([first, second]);
      expect(computed).toBe(1);
      expect(made).toMatchObject({ cached: false });
      expect(taken).toMatchObject({ cached: true, corpus: made.corpus });
      expect(taken.cacheReason).toMatch(/^computed at \S+ by first(, while this run waited for first)?$/);
    });

    it('compute it once however many come in the same moment', async () => {
      const objects = await newBucket();
      let computed = 0;
      const compute = () => {
        computed += 1;
        return Promise.resolve();
      };
      const runs = await Promise.all(
        ['a', 'b', 'c', 'd'].map((runId) => newRunner(objects)({ runId, compute })),
      );
      expect(computed).toBe(1);
      expect(runs.filter(({ cached }) => !cached)).toHaveLength(1);
    });

    it('are not blocked by a holder that died: its claim runs out', async () => {
      const objects = await newBucket();
      await leaveClaim(objects, 'dead', 300);
      const result = await newRunner(objects)({ runId: 'next', compute: () => Promise.resolve() });
      expect(result).toMatchObject({ cached: false });
    });

    it('do not wait for an earlier attempt of their own', async () => {
      const objects = await newBucket();
      await leaveClaim(objects, 'run');
      const result = await newRunner(objects)({ runId: 'run', compute: () => Promise.resolve() });
      expect(result).toMatchObject({ cached: false });
    });

    it('let the other compute where the first one fails', async () => {
      const objects = await newBucket();
      const work = heldWork();
      const failing = newRunner(objects)({
        runId: 'first',
        compute: async () => {
          await work.run();
          throw new Error('no memory');
        },
      });
      await work.begun;
      const second = newRunner(objects)({ runId: 'second', compute: () => Promise.resolve() });
      work.end();
      await expect(failing).rejects.toThrow('no memory');
      expect(await second).toMatchObject({ cached: false });
    });

    it('stop waiting when they are cancelled', async () => {
      const objects = await newBucket();
      const work = heldWork();
      const first = newRunner(objects)({ runId: 'first', compute: work.run });
      await work.begun;
      const cancellation = new AbortController();
      const second = newRunner(objects)({
        runId: 'second',
        compute: () => Promise.resolve(),
        signal: cancellation.signal,
      });
      cancellation.abort(new Error('cancelled'));
      await expect(second).rejects.toThrow();
      work.end();
      expect(await first).toMatchObject({ cached: false });
    });
  });
}
