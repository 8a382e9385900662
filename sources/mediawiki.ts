// Pages of a wiki over MediaWiki's Action API. The first pass goes through all pages; later ones ask what has been written
// since, or, where the wiki no longer knows, compare the revisions of all pages.
import { z } from 'zod';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import type { Found, Source } from './source.ts';
import { createWikiApi, type Listed, type Listing, type WikiApi } from './wiki/wiki-api.ts';
import { takeInPage } from './wiki/wiki-page.ts';

type MediawikiSpec = Extract<SourceSpec, { kind: 'mediawiki' }>;

/** Wikis forget changes after 30 days or more. */
const CHANGES_ARE_KNOWN_MS = 25 * 24 * 3_600_000;

const markSchema = z.object({ revision: z.number(), time: z.string() });
const stateSchema = z.object({
  /** Everything up to this revision has been brought. */
  brought: markSchema.optional(),
  pass: z
    .object({
      /** What has been brought when the pass ends. */
      until: markSchema,
      by: z.enum(['pages', 'changes']),
      /** Position in the list of namespaces. */
      namespace: z.number(),
      /** Continues the listing. */
      from: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      /** Pages of the present part of the listing that have been dealt with. */
      done: z.array(z.number()),
    })
    .optional(),
  /** Newest revisions, by page, of pages that were brought with one that is newer than what this state promises. */
  ahead: z.record(z.string(), z.number()),
});
type State = z.infer<typeof stateSchema>;
type Pass = NonNullable<State['pass']>;

function beginPass({ brought }: State, { revision, time }: { revision: number; time: string }): Pass {
  const age = Date.parse(time) - Date.parse(brought?.time ?? '');
  const by = age < CHANGES_ARE_KNOWN_MS && brought?.revision !== 0 ? 'changes' : 'pages';
  return { until: { revision, time }, by, namespace: 0, done: [] };
}

function list(
  wiki: WikiApi,
  pass: Pass,
  { namespaces, since }: { namespaces: number[]; since: string },
): Promise<Listing> {
  if (pass.by === 'changes') return wiki.listChanges(namespaces, since, pass.from);
  return wiki.listPages(namespaces[pass.namespace], pass.from);
}

/** Goes to the next part of the listing. @returns whether there is one */
function goOn(pass: Pass, next: Listing['next'], namespaces: readonly number[]): boolean {
  pass.done = [];
  if (next !== undefined) pass.from = { ...next };
  else {
    delete pass.from;
    pass.namespace += 1;
  }
  return next !== undefined || (pass.by === 'pages' && pass.namespace < namespaces.length);
}

function endPass(state: State, { until }: Pass): void {
  state.brought = until;
  delete state.pass;
  state.ahead = Object.fromEntries(
    Object.entries(state.ahead).filter(([, revision]) => revision > until.revision),
  );
}

/** Makes the source of kind `mediawiki`. */
export function createMediawikiSource(spec: MediawikiSpec, context: ApiContext): Source {
  const { api: address, namespaces, maximumPages, maxlagSeconds: maxlag } = spec;

  async function* collect(api: Api, state: State): AsyncGenerator<Found> {
    const wiki = createWikiApi(api, { address, maxlag });
    const found = await wiki.readSite();
    const pass = (state.pass ??= beginPass(state, found));
    const since = state.brought?.time ?? pass.until.time;
    const isNew = ({ page, revision }: Listed): boolean =>
      revision > (state.brought?.revision ?? 0) &&
      revision > (Object.hasOwn(state.ahead, page) ? state.ahead[page] : 0);
    let count = 0;
    for (;;) {
      const listing = await list(wiki, pass, { namespaces, since });
      const done = new Set(pass.done);
      const wanted = listing.pages.filter((it) => isNew(it) && !done.has(it.page)).map(({ page }) => page);
      for await (const page of wiki.readPages([...new Set(wanted)])) {
        const taken = await takeInPage(page, found.site, { spec, now: context.now });
        pass.done.push(page.id);
        if (pass.by === 'changes' || page.revision > pass.until.revision)
          state.ahead[page.id] = page.revision;
        if (taken === undefined) continue;
        yield taken;
        count += 1;
        if (count === maximumPages) return; // the next run goes on
      }
      if (!goOn(pass, listing.next, namespaces)) break;
    }
    endPass(state, pass);
  }

  return createApiSource(spec, context, { address, state: stateSchema, begin: { ahead: {} }, collect });
}
