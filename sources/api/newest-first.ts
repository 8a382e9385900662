// Listings that begin with the newest. A pass goes down from the newest to what the pass before had begun with; one that
// was cut off goes on below what it brought.
import { z } from 'zod';

/** An id whose order is that of time: digits of one base, more of them being later. */
const idSchema = z.string().regex(/^[0-9a-z]{1,64}$/);

export const newestFirstSchema = z.object({
  /** The newest that the last whole pass brought. */
  newest: idSchema.optional(),
  pass: z.object({ head: idSchema, reached: idSchema, count: z.number() }).optional(),
});
export type NewestFirstState = z.infer<typeof newestFirstSchema>;

export interface ListedPost<T> {
  /** Absent where the host gave none that could be read. */
  readonly id: string | undefined;
  readonly post: T;
}

export interface PostsPage<T> {
  /** Newest first. */
  readonly posts: readonly ListedPost<T>[];
  readonly isLast: boolean;
}

function isNewer(left: string, right: string): boolean {
  return left.length === right.length ? left > right : left.length > right.length;
}

/** Notes that a pass has come to its end. */
function endPass(state: NewestFirstState): void {
  if (state.pass !== undefined) state.newest = state.pass.head;
  delete state.pass;
}

/**
 * Brings what is newer than the last whole pass brought; the state stands behind what was yielded.
 * @param options.page asks for posts older than an id; without one, for the newest
 * @param options.maximum posts of a pass; what is older is left
 */
export async function* newestFirst<T>(
  state: NewestFirstState,
  {
    page,
    maximum,
  }: { readonly page: (before: string | undefined) => Promise<PostsPage<T>>; readonly maximum: number },
): AsyncGenerator<T> {
  for (;;) {
    const before = state.pass?.reached;
    const { posts, isLast } = await page(before);
    for (const { id, post } of posts) {
      if (id !== undefined) {
        const { pass, newest } = state;
        if (pass !== undefined && !isNewer(pass.reached, id)) continue;
        if ((newest !== undefined && !isNewer(id, newest)) || (pass?.count ?? 0) >= maximum) {
          endPass(state);
          return;
        }
        state.pass = { head: pass?.head ?? id, reached: id, count: (pass?.count ?? 0) + 1 };
      }
      yield post;
    }
    // A host that gives the same again and again is not asked for ever.
    if (isLast || state.pass?.reached === before) break;
  }
  endPass(state);
}
