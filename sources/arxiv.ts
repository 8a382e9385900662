// Papers of arXiv by a search, from the oldest on (info.arxiv.org/help/api, Atom 1.0): each answer begins where the last
// one ended, so that nothing is lost where papers come meanwhile.
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import { documentOfPaper, getXml, type Paper } from './papers/paper.ts';
import { readPdf } from './papers/paper-pdf.ts';
import type { Found, Source } from './source.ts';
import { allOf, textOf, type XmlElement } from './xml/xml-tree.ts';

type ArxivSpec = Extract<SourceSpec, { kind: 'arxiv' }>;

const PAGE = 100; // entries of an answer

const stateSchema = z.object({
  /** The minute in which the last paper that was brought was submitted, as arXiv's searches write it. */
  reached: z.string(),
  /** Documents of that minute that were brought. */
  names: z.array(z.string()),
});
type State = z.infer<typeof stateSchema>;

interface Entry extends Paper {
  readonly minute: string;
  readonly pdf: string | undefined;
}

/** @returns YYYYMMDDHHMM of an ISO date */
const minuteOf = (iso: string): string => iso.replace(/\D/g, '').slice(0, 12);

/** @returns the paper of an entry, or nothing where it has another shape */
function readEntry(entry: XmlElement): Entry | undefined {
  const [uri, title, abstract, time] = ['id', 'title', 'summary', 'published'].map((name) =>
    textOf(entry, name),
  );
  const name = /\/abs\/(.{1,100}?)(?:v\d{1,4})?$/.exec(uri ?? '')?.[1];
  if (!uri || !name || !title || !abstract || !time || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(time))
    return undefined;
  const link = allOf(entry, 'link').find(({ attributes }) => attributes['title'] === 'pdf')?.attributes[
    'href'
  ];
  const pdf = link?.replace(/^http:\/\/arxiv\.org\//, 'https://arxiv.org/'); // which is where it redirects to
  return { name, uri, title, abstract, time, minute: minuteOf(time), pdf };
}

async function readPage(
  { api: address, query }: ArxivSpec,
  api: Api,
  { from, start }: { from: string; start: number },
) {
  const url = new URL(address);
  const range = `submittedDate:[${from} TO 999912312359]`;
  url.searchParams.set('search_query', `(${query}) AND ${range}`);
  url.searchParams.set('sortBy', 'submittedDate');
  url.searchParams.set('sortOrder', 'ascending');
  url.searchParams.set('start', String(start));
  url.searchParams.set('max_results', String(PAGE));
  const feed = await getXml(api, url);
  const entries = allOf(feed, 'entry');
  if (textOf(entries.at(0), 'id')?.includes('/api/errors') === true)
    throw new CoppiceFailure(
      'InvalidInput',
      `arXiv refuses the query: ${textOf(entries[0], 'summary')?.slice(0, 200)}`,
    );
  return { entries, total: Number(textOf(feed, 'totalResults') ?? 0) };
}

/** Makes the source of kind `arxiv`. */
export function createArxivSource(spec: ArxivSpec, context: ApiContext): Source {
  const { now } = context;

  /** Notes that a document has been dealt with. @returns whether it is new */
  const advance = (state: State, minute: string, name: string): boolean => {
    if (minute < state.reached || (minute === state.reached && state.names.includes(name))) return false;
    if (minute > state.reached) Object.assign(state, { reached: minute, names: [] });
    state.names.push(name);
    return true;
  };

  async function* collect(api: Api, state: State): AsyncGenerator<Found> {
    let [start, count] = [0, 0];
    for (;;) {
      const from = state.reached;
      const { entries, total } = await readPage(spec, api, { from, start });
      for (const element of entries) {
        const entry = readEntry(element);
        if (entry === undefined) {
          yield { problem: { uri: textOf(element, 'id') ?? spec.api, reason: 'an entry of another shape' } };
          continue;
        }
        if (count === spec.maximumPapers) return; // the next run goes on
        const { minute, name } = entry;
        if (advance(state, minute, name)) {
          count += 1;
          yield documentOfPaper(entry, { spec, now });
        }
        if (!spec.pdf || minute < state.reached || state.names.includes(`${name}.pdf`)) continue;
        const found = await readPdf(entry, { spec, api, now });
        advance(state, minute, `${name}.pdf`);
        yield found;
      }
      if (entries.length === 0 || start + entries.length >= total) return;
      start = state.reached === from ? start + entries.length : 0;
    }
  }

  const reached = minuteOf(`${spec.since ?? '1991-01-01'}T00:00`);
  return createApiSource(spec, context, {
    address: spec.api,
    state: stateSchema,
    begin: { reached, names: [] },
    collect,
  });
}
