// Listings that begin with the newest. A pass goes down from the newest to what the pass before had begun with, and over the
// posts of the last days once more; one that was cut off goes on below what it brought.
import { z } from 'zod';

/** An id whose order is that of time: digits of one base, more of them being later. */
const idSchema = z.string().regex(/^[0-9a-z]{1,64}$/);

export const newestFirstSchema = z.object({
  /** The newest that the last whole pass brought. */
  newest: idSchema.optional(),
  pass: z.object({ head: idSchema, reached: idSchema, count: z.number() }).optional(),
  /** Posts that are looked at again: how they were, and when they were written, in milliseconds since 1970. */
  recent: z.record(idSchema, z.tuple([z.number(), z.number()])).default({}),
});
export type NewestFirstState = z.infer<typeof newestFirstSchema>;

export interface ListedPost<T> {
  /** Absent where the host gave none that could be read. */
  readonly id: string | undefined;
  readonly post: T;
  /** A fingerprint of what may be edited, and when it was written; absent where it is not looked at again. */
  readonly print?: number | undefined;
  readonly writtenAt?: number | undefined;
}

export interface PostsPage<T> {
  /** Newest first. */
  readonly posts: readonly ListedPost<T>[];
  readonly isLast: boolean;
}

/** A post that is new or was edited, or the id of one that was brought and is gone. */
type Listed<T> = { readonly post: T } | { readonly gone: string };

export interface ListingOptions<T> {
  /** Asks for posts older than an id; without one, for the newest. */
  readonly page: (before: string | undefined) => Promise<PostsPage<T>>;
  /** Posts of a pass that are new, what is older is left; and posts that are looked at again. */
  readonly maximum: number;
  /** Posts that were written before are not looked at again. */
  readonly lookBackTo: number;
}

function isNewer(left: string, right: string): boolean {
  return left.length === right.length ? left > right : left.length > right.length;
}

const newestFirstOrder = (left: string, right: string): number => (isNewer(left, right) ? -1 : 1);

/** Forgets posts that are too old to be looked at again, or too many. */
function forgetOld(state: NewestFirstState, { lookBackTo, maximum }: ListingOptions<unknown>): void {
  const young = Object.keys(state.recent).filter((id) => state.recent[id][1] >= lookBackTo);
  const kept = young.sort(newestFirstOrder).slice(0, maximum);
  state.recent = Object.fromEntries(kept.map((id) => [id, state.recent[id]]));
}

/** Notes that a pass has come to its end. */
function endPass(state: NewestFirstState): void {
  if (state.pass !== undefined) state.newest = state.pass.head;
  delete state.pass;
}

/** @returns of the posts that stood between two others, those that the page has no more */
function missing({ recent }: NewestFirstState, ids: readonly string[], before: string | undefined): string[] {
  const last = ids.at(-1);
  if (last === undefined) return [];
  const listed = new Set(ids);
  return Object.keys(recent).filter(
    (id) => !listed.has(id) && isNewer(id, last) && (before === undefined || isNewer(before, id)),
  );
}

/** Brings what is newer than the last whole pass brought, or edited since; the state stands behind what was yielded. */
export async function* newestFirst<T>(
  state: NewestFirstState,
  options: ListingOptions<T>,
): AsyncGenerator<Listed<T>> {
  const { page, maximum, lookBackTo } = options;
  if (state.pass === undefined) forgetOld(state, options);
  for (;;) {
    const before = state.pass?.reached;
    const { posts, isLast } = await page(before);
    const ids = posts.flatMap(({ id }) => (id === undefined ? [] : [id]));
    for (const gone of missing(state, ids, before)) {
      state.recent = Object.fromEntries(Object.entries(state.recent).filter(([id]) => id !== gone));
      yield { gone };
    }
    for (const { id, post, print, writtenAt = 0 } of posts) {
      if (id !== undefined) {
        const { pass, newest, recent } = state;
        if (pass !== undefined && !isNewer(pass.reached, id)) continue;
        const isNew = newest === undefined || isNewer(id, newest);
        const isOver = isNew
          ? (pass?.count ?? 0) >= maximum
          : !Object.keys(recent).some((other) => !isNewer(other, id));
        if (isOver) {
          endPass(state);
          return;
        }
        const had = Object.hasOwn(recent, id) ? recent[id][0] : undefined;
        state.pass = { head: pass?.head ?? id, reached: id, count: (pass?.count ?? 0) + (isNew ? 1 : 0) };
        if (print !== undefined && writtenAt >= lookBackTo && (isNew || had !== undefined))
          recent[id] = [print, writtenAt];
        if (!isNew && (had === undefined || had === print)) continue;
      }
      yield { post };
    }
    // A host that gives the same again and again is not asked for ever.
    if (isLast || state.pass?.reached === before) break;
  }
  endPass(state);
}
