// Titles, abstracts and, where records name them, papers of an archive by OAI-PMH 2.0 (openarchives.org/OAI/openarchivesprotocol.html). A run asks for the
// records that were changed since the run before had begun.
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import { documentOfPaper, getXml, type Paper } from './papers/paper.ts';
import { type PaperWithPdf, readPdf } from './papers/paper-pdf.ts';
import type { Found, Source } from './source.ts';
import { allOf, textOf, type XmlElement } from './xml/xml-tree.ts';

type OaiPmhSpec = Extract<SourceSpec, { kind: 'oai-pmh' }>;

const stateSchema = z.object({
  /** Where the next pass begins: a day, or a second where the archive counts these. */
  from: z.string().optional(),
  pass: z
    .object({
      began: z.string(),
      /** Of the part of the list that is being read; none: the first. */
      token: z.string().optional(),
      /** Records of that part that have been dealt with. */
      done: z.array(z.string()),
    })
    .optional(),
  /** Records that the next pass will be told of again, since they changed when this one had begun. */
  ahead: z.record(z.string(), z.string()),
});
type State = z.infer<typeof stateSchema>;
type Pass = NonNullable<State['pass']>;

async function ask(
  spec: OaiPmhSpec,
  api: Api,
  parameters: Readonly<Record<string, string | undefined>>,
): Promise<XmlElement> {
  const url = new URL(spec.url);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return getXml(api, url);
}

/** @returns the time of an archive, as exactly as it counts */
async function readNow(spec: OaiPmhSpec, api: Api): Promise<string> {
  const answer = await ask(spec, api, { verb: 'Identify' });
  const time = textOf(answer, 'responseDate') ?? '';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time))
    throw new CoppiceFailure(
      'SourceUnavailable',
      `${new URL(spec.url).host} does not answer as OAI-PMH does`,
    );
  const isExact = textOf(answer, 'Identify', 'granularity')?.includes('T') === true;
  return isExact ? time : time.slice(0, 10);
}

/** @returns records and the token of the next part; nothing where the archive no longer knows this part's token */
async function readPart(
  spec: OaiPmhSpec,
  api: Api,
  { from, token }: { from: string | undefined; token: string | undefined },
) {
  const { format: metadataPrefix, set, until, since } = spec;
  const first = { metadataPrefix, set, from: from ?? since, until };
  const answer = await ask(spec, api, {
    verb: 'ListRecords',
    ...(token === undefined ? first : { resumptionToken: token }),
  });
  const code = allOf(answer, 'error').at(0)?.attributes['code'];
  if (code === 'noRecordsMatch') return { records: [], next: undefined };
  if (code === 'badResumptionToken' && token !== undefined) return undefined;
  if (code !== undefined) {
    const why = textOf(answer, 'error')?.slice(0, 200) ?? '';
    throw new CoppiceFailure('InvalidInput', `${new URL(spec.url).host} refuses (${code}): ${why}`);
  }
  return {
    records: allOf(answer, 'ListRecords', 'record'),
    next: textOf(answer, 'ListRecords', 'resumptionToken'),
  };
}

/** @returns the paper of a record, or nothing where it has no title or no abstract */
function readPaper(record: XmlElement, identifier: string): (Paper & PaperWithPdf) | undefined {
  const dc = allOf(record, 'metadata', 'dc').at(0);
  const arxiv = allOf(record, 'metadata', 'arXiv').at(0);
  const title = textOf(dc ?? arxiv, 'title');
  const abstract = textOf(dc ?? arxiv, dc ? 'description' : 'abstract');
  if (title === undefined || abstract === undefined) return undefined;
  const isAddress = ({ text }: XmlElement): boolean => /^https?:\/\//.test(text.trim());
  const isPdf = (it: XmlElement): boolean => isAddress(it) && /\.pdf(?:$|\?)/i.test(it.text.trim());
  const id = textOf(arxiv, 'id');
  const address =
    id === undefined ? allOf(dc, 'identifier').find(isAddress)?.text.trim() : `https://arxiv.org/abs/${id}`;
  const rights = allOf(dc, 'rights');
  const named = ['identifier', 'relation', 'source'].flatMap((element) => allOf(dc, element)).find(isPdf);
  const pdf = id === undefined ? named?.text.trim() : `https://arxiv.org/pdf/${id}`;
  return {
    ...{ name: identifier, uri: address ?? identifier, title, abstract, pdf },
    time: textOf(arxiv, 'updated') ?? textOf(arxiv, 'created') ?? textOf(dc, 'date'),
    licence: textOf(arxiv, 'license') ?? (rights.find(isAddress) ?? rights.at(0))?.text.trim(),
  };
}

function endPass(state: State, { began }: Pass): void {
  state.from = began;
  delete state.pass;
  state.ahead = Object.fromEntries(Object.entries(state.ahead).filter(([, stamp]) => stamp >= began));
}

/** Makes the source of kind `oai-pmh`. */
export function createOaiPmhSource(spec: OaiPmhSpec, context: ApiContext): Source {
  const { now } = context;
  async function* collect(api: Api, state: State): AsyncGenerator<Found> {
    const pass = (state.pass ??= { began: await readNow(spec, api), done: [] });
    let count = 0;
    let isAnew = false;
    for (;;) {
      const part = await readPart(spec, api, { from: state.from, token: pass.token });
      if (part === undefined) {
        // Tokens live for hours or days. The list is begun anew, once in a run.
        if (isAnew)
          throw new CoppiceFailure('SourceUnavailable', `${spec.url} forgets its resumption tokens`);
        isAnew = true;
        delete pass.token;
        pass.done = [];
        continue;
      }
      const { records, next } = part;
      const done = new Set(pass.done);
      for (const record of records) {
        const identifier = textOf(record, 'header', 'identifier') ?? '';
        const stamp = textOf(record, 'header', 'datestamp') ?? '';
        if (
          done.has(identifier) ||
          (Object.hasOwn(state.ahead, identifier) && state.ahead[identifier] === stamp)
        )
          continue;
        if (count === spec.maximumRecords) return; // the next run goes on
        const isDeleted = allOf(record, 'header').at(0)?.attributes['status'] === 'deleted';
        const paper = identifier === '' || isDeleted ? undefined : readPaper(record, identifier);
        if (spec.pdf && paper?.pdf !== undefined && !done.has(`${identifier}.pdf`)) {
          const itself = await readPdf(paper, { spec, api, now });
          pass.done.push(`${identifier}.pdf`);
          yield itself;
        }
        pass.done.push(identifier);
        if (stamp >= pass.began) state.ahead[identifier] = stamp;
        if (isDeleted) continue;
        count += 1;
        if (paper !== undefined) yield documentOfPaper(paper, { spec, now });
        else
          yield {
            problem: { uri: identifier === '' ? spec.url : identifier, reason: 'no title or no abstract' },
          };
      }
      if (next === undefined) break;
      Object.assign(pass, { token: next, done: [] });
    }
    endPass(state, pass);
  }

  return createApiSource(spec, context, {
    address: spec.url,
    state: stateSchema,
    begin: { ahead: {} },
    collect,
  });
}
