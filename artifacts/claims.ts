// Claims on work that only one should do at a time, `claims/<what>/<turn>.json`, good until they expire unless they are
// renewed. A turn is created with If-None-Match, so of two that come at once one gets it; who comes after a holder that
// died takes the next turn. Where clocks disagree, or the store ignores the condition, the work is done twice: no harm.
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { putIfAbsent, readObject } from './object-store.ts';

const claimSchema = z.object({ holder: z.string(), since: z.iso.datetime(), expiresAt: z.iso.datetime() });
type Claim = z.infer<typeof claimSchema>;

type ClaimAnswer =
  | {
      readonly taken: true;
      /** Lets the next one in. */
      release(): Promise<void>;
    }
  | { readonly taken: false; readonly holder: string; readonly since: string };

export interface Claims {
  /**
   * @param what a name without slashes
   * @param holder who asks; a claim of the same holder is an earlier attempt of its own and gives way
   */
  take(what: string, holder: string): Promise<ClaimAnswer>;
  /** Claims that live: since when each kind of work is done, and by whom. */
  list(): Promise<{ what: string; holder: string; since: Date }[]>;
}

export interface ClaimOptions {
  readonly now?: () => Date;
  /** How long a claim outlives its holder's last sign of life. */
  readonly lifetimeMs?: number;
}

/** As long as a heartbeat of an activity may be late. */
const defaultLifetimeMs = 30_000;
const turnDigits = 8;
const prefix = 'claims/';

export function createClaims(objects: ObjectStore, options: ClaimOptions = {}): Claims {
  const { now = () => new Date(), lifetimeMs = defaultLifetimeMs } = options;
  const claimOf = (holder: string, since: Date): Claim => ({
    holder,
    since: since.toISOString(),
    expiresAt: new Date(now().getTime() + lifetimeMs).toISOString(),
  });
  const bytesOf = (claim: Claim) => Buffer.from(canonicalJson(claim));

  /** In the order of their turns; of all work where it is not named. */
  async function keysOf(what: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of objects.list(what === '' ? prefix : `${prefix}${what}/`)) keys.push(key);
    return keys;
  }

  async function readLive(key: string): Promise<Claim | undefined> {
    const bytes = await readObject(objects, key);
    if (bytes === undefined) return undefined; // released between listing and reading
    const claim = claimSchema.safeParse(jsonOf(bytes)).data; // damaged, it claims nothing
    return claim && Date.parse(claim.expiresAt) > now().getTime() ? claim : undefined;
  }

  /** Renews until it is released; @returns how to release it. */
  function hold(key: string, holder: string): () => Promise<void> {
    const since = now();
    let renewal = Promise.resolve();
    const renew = () => {
      renewal = renewal.then(() => objects.put(key, bytesOf(claimOf(holder, since)))).catch(() => undefined); // it lapses, and another may do the same work: no harm
    };
    const timer = setInterval(renew, lifetimeMs / 3).unref();
    return async () => {
      clearInterval(timer);
      await renewal; // or it would come back
      await objects.remove(key);
    };
  }

  async function take(what: string, holder: string): Promise<ClaimAnswer> {
    const earlier = await keysOf(what);
    const newest = earlier.at(-1);
    const live = newest === undefined ? undefined : await readLive(newest);
    if (live && live.holder !== holder) return { taken: false, holder: live.holder, since: live.since };
    const turn = newest === undefined ? 1 : Number(/(\d+)\.json$/.exec(newest)?.[1] ?? 0) + 1;
    const key = `${prefix}${what}/${String(turn).padStart(turnDigits, '0')}.json`;
    if (!(await putIfAbsent(objects, key, bytesOf(claimOf(holder, now()))))) return take(what, holder);
    for (const lapsed of earlier) await objects.remove(lapsed);
    return { taken: true, release: hold(key, holder) };
  }

  return {
    take,
    async list() {
      const live: { what: string; holder: string; since: Date }[] = [];
      for (const key of await keysOf('')) {
        const claim = await readLive(key);
        if (claim) live.push({ what: key.split('/')[1], holder: claim.holder, since: new Date(claim.since) });
      }
      return live;
    },
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
