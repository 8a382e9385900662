// Of two runs that want the same step at once, one computes it and the other takes its result. Whoever computes holds a
// claim that it renews; where it dies the claim runs out, and the next one computes.
import { setTimeout as wait } from 'node:timers/promises';
import type { Claims } from '../artifacts/claims.ts';
import type { StepCache, StepHit, StepKeyParts } from '../artifacts/step-cache.ts';
import type { CacheDifference } from '../contracts/stage-results.ts';

export interface OnceWork<T extends object> {
  readonly parts: StepKeyParts;
  /** Who asks. */
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Called while another computes, each time it is looked at. */
  readonly onWait: (holder: string) => void;
  /** Computes, and writes the result into the cache. */
  readonly compute: (why: Explanation) => Promise<T>;
}

/** Why there was no result. */
export interface Explanation {
  readonly reason: string;
  readonly differences: readonly CacheDifference[];
}

type OnceResult<T, R> = { readonly hit: StepHit<R>; readonly reason: string } | { readonly computed: T };

/** Between two looks at what another computes: small against what is worth caching. */
const lookEveryMs = 1_000;

/** @returns the cached result, of before or of the one that was waited for; else what was computed here */
export async function computeOnce<T extends object, R extends object>(
  { cache, claims }: { cache: StepCache; claims: Claims },
  { parts, runId, signal, onWait, compute }: OnceWork<T>,
): Promise<OnceResult<T, R>> {
  const key = cache.key(parts);
  let waitedFor: string | undefined;
  for (;;) {
    const found = await cache.lookup<R>(parts);
    if (found.hit) return { hit: found, reason: reasonOf(found, waitedFor) };
    const claim = await claims.take(key, runId);
    if (claim.taken) {
      try {
        const meanwhile = await cache.lookup<R>(parts); // who held it may have ended between look and claim
        if (meanwhile.hit) return { hit: meanwhile, reason: reasonOf(meanwhile, waitedFor) };
        const { reason } = meanwhile;
        const why = meanwhile.absent ? await cache.explainMiss(parts) : { reason, differences: [] };
        return { computed: await compute(why) };
      } finally {
        await claim.release();
      }
    }
    waitedFor = claim.holder;
    onWait(claim.holder);
    await wait(lookEveryMs, undefined, { signal });
  }
}

function reasonOf({ reason }: StepHit<object>, waitedFor: string | undefined): string {
  return waitedFor === undefined ? reason : `${reason}, while this run waited for ${waitedFor}`;
}
