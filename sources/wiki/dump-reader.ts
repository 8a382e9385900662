// Reads a dump of a wiki's pages piece by piece (MediaWiki's export format, 0.10 and 0.11), in memory for one page.
import { createXmlWriter } from '../xml/xml-stream.ts';
import type { DumpPiece, StreamPlace } from './bzip2-streams.ts';
import type { WikiPage, WikiSite } from './wiki-page.ts';

export interface DumpPage extends WikiPage {
  readonly namespace: number;
  readonly isRedirect: boolean;
  /** Whether its text was longer than asked for; it is empty then. */
  readonly isTooLarge: boolean;
}

export interface ReadPage {
  readonly page: DumpPage;
  readonly site: WikiSite;
  /** Of the dump's pages, from 1. */
  readonly number: number;
  /** From where a later reading can go on, if anywhere. */
  readonly place: StreamPlace | undefined;
}

const DEPTH = 20;
/** Beyond what a wiki stores in one page, by far. */
const PIECE = 32 * 1_024 * 1_024; // bytes
const FIELD = 10_000; // characters of anything but a page's text

interface Draft {
  title: string;
  namespace: number;
  id: number;
  revision: number;
  time: string;
  model: string;
  text: string;
  isRedirect: boolean;
  isTooLarge: boolean;
}

const emptyDraft = (): Draft => ({
  ...{ title: '', namespace: 0, id: 0, revision: 0, time: '', model: 'wikitext', text: '' },
  ...{ isRedirect: false, isTooLarge: false },
});

/** What follows `mediawiki/` on the way to a field, and what is done with its text. */
const fields: Readonly<Partial<Record<string, (draft: Draft, text: string) => void>>> = {
  'page/title': (draft, text) => void (draft.title = text),
  'page/ns': (draft, text) => void (draft.namespace = Number(text)),
  'page/id': (draft, text) => void (draft.id = Number(text)),
  'page/revision/id': (draft, text) => void (draft.revision = Number(text)),
  'page/revision/timestamp': (draft, text) => void (draft.time = text),
  'page/revision/model': (draft, text) => void (draft.model = text),
  'page/revision/text': (draft, text) => void (draft.text = text),
};

/**
 * @param maximumTextLength of a page, in UTF-16 code units
 * @returns pages in their order, and what the dump says of the wiki before them. Of a page with several revisions, the last
 * @throws XmlError where the bytes are no such dump
 */
export async function* readDump(
  pieces: AsyncIterable<DumpPiece>,
  maximumTextLength: number,
): AsyncGenerator<ReadPage> {
  const path: string[] = [];
  const leftOut: string[] = [];
  const ready: DumpPage[] = [];
  let base = '';
  let draft = emptyDraft();
  let text = '';
  let namespaceKey = '';
  const xml = createXmlWriter(
    {
      open: (name, attributes) => {
        path.push(name);
        text = '';
        if (name === 'page' && path.length === 2) draft = emptyDraft();
        else if (name === 'redirect') draft.isRedirect = true;
        else if (name === 'namespace') namespaceKey = attributes['key'] ?? '';
      },
      text: (piece) => {
        const longest = path.at(-1) === 'text' ? maximumTextLength : FIELD;
        if (text.length + piece.length <= longest) text += piece;
        else if (path.at(-1) === 'text') draft.isTooLarge = true;
      },
      close: (name) => {
        const here = path.slice(1).join('/');
        fields[here]?.(draft, text);
        if (here === 'siteinfo/base') base = text;
        if (name === 'namespace' && (namespaceKey === '6' || namespaceKey === '14')) leftOut.push(text);
        if (here === 'page') {
          const { text: wikitext, isTooLarge, ...rest } = draft;
          ready.push({ ...rest, isTooLarge, wikitext: isTooLarge ? '' : wikitext });
        }
        path.pop();
        text = '';
      },
    },
    { maximumDepth: DEPTH, maximumPieceBytes: PIECE },
  );
  let count = 0;
  let place: StreamPlace | undefined;
  let isAligned = true;
  /** Pages can be read from a stream on where it begins between two, and all before it do. */
  const begin = ({ offset, pagesBefore }: NonNullable<DumpPiece['begins']>): void => {
    if (offset === 0) return;
    count = pagesBefore ?? count;
    isAligned &&= path.length === 1;
    if (isAligned) place = { offset, pages: count };
  };
  const siteOf = (): WikiSite => ({ pageAddress: `${base.slice(0, base.lastIndexOf('/') + 1)}$1`, leftOut });
  const taken = (): ReadPage[] =>
    ready.splice(0).map((page) => ({ page, site: siteOf(), number: (count += 1), place }));
  for await (const { bytes, begins } of pieces) {
    if (begins !== undefined) begin(begins);
    xml.write(bytes);
    yield* taken();
  }
  xml.end();
  yield* taken();
}
