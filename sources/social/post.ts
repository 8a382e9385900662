// From a post to a document, with its author under a pseudonym.
import { digestOf } from '../content.ts';
import { licenceOf } from '../licences.ts';
import type { Pseudonymize } from '../pseudonyms.ts';
import type { Found } from '../source.ts';

export interface Post {
  readonly name: string;
  /** Names nobody. */
  readonly uri: string;
  readonly mediaType: 'text/html' | 'text/plain';
  readonly text: string;
  readonly time: Date;
  /** As the host calls them; absent where nobody is named. */
  readonly author?: string | undefined;
  readonly licence?: string | undefined;
}

export interface PostContext {
  readonly spec: { readonly name: string; readonly licence?: string | undefined };
  /** Whose names the authors have. */
  readonly host: string;
  readonly pseudonymize: Pseudonymize;
  readonly now: () => Date;
}

export function documentOfPost(post: Post, { spec, host, pseudonymize, now }: PostContext): Found {
  const { name, uri, mediaType, text, time, author } = post;
  const licence = spec.licence ?? (post.licence === undefined ? undefined : licenceOf(post.licence));
  return {
    document: {
      ...{ id: `${spec.name}/${name}`, source: spec.name, uri, digest: digestOf(Buffer.from(text)) },
      collectedAt: now().toISOString(),
      ...(!Number.isNaN(time.getTime()) && { time: time.toISOString() }),
      ...(licence !== undefined && { licence }),
      ...(author !== undefined && { author: pseudonymize(host, author) }),
      content: { mediaType, encoding: 'utf8', data: text },
    },
  };
}

/** Plain text as HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const DAY_MS = 24 * 3_600_000;

/** @returns since when posts are looked at again, in milliseconds since 1970 */
export function lookBackTo(
  { lookBackDays: days }: { readonly lookBackDays: number },
  now: () => Date,
): number {
  return days === 0 ? Number.POSITIVE_INFINITY : now().getTime() - days * DAY_MS;
}

/** What is told of a post that was brought and is no longer listed. */
export const deleted = 'deleted since it was brought';

/** What is told of a post that is none in the shape which the host documents. */
export const unreadable = 'a post of another shape';
