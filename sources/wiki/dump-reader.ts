// Reads a dump of a wiki's pages piece by piece (MediaWiki's export format, 0.10 and 0.11), in memory for one page.

import { z } from 'zod';
import { createXmlWriter } from '../xml/xml-stream.ts';
import type { DumpPiece } from './bzip2-streams.ts';
import type { WikiPage, WikiSite } from './wiki-page.ts';

export interface DumpPage extends WikiPage {
  readonly namespace: number;
  readonly isRedirect: boolean;
  /** Whether its text was longer than asked for; it is empty then. */
  readonly isTooLarge: boolean;
}

/** Where a dump can be read on from, between two pages, and what is known by then. */
export const dumpPlaceSchema = z.object({
  /** Of the stream in the file; 0 in a file of one. */
  offset: z.number(),
  /** Bytes of the stream, unpacked, that stand before. */
  skip: z.number(),
  /** Pages of the dump that stand before. */
  pages: z.number(),
  base: z.string(),
  leftOut: z.array(z.string()),
});
export type DumpPlace = z.infer<typeof dumpPlaceSchema>;

export interface ReadPage {
  readonly page: DumpPage;
  readonly site: WikiSite;
  /** Of the dump's pages, from 1. */
  readonly number: number;
  /** From where a later reading can go on to this page or the next, if anywhere. */
  readonly place: DumpPlace | undefined;
}

const DEPTH = 20;
/** Beyond what a wiki stores in one page, by far. */
const PIECE = 32 * 1_024 * 1_024; // bytes
const FIELD = 10_000; // characters of anything but a page's text
const LEFT_OUT = 20; // names that a place may carry
const ROOT = 'mediawiki';
const PAGE_END = '</page>';

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

/** @param known what was read of the wiki before, with which parsing begins between two pages */
function createPageParser(maximumTextLength: number, known: Pick<DumpPlace, 'base' | 'leftOut'> | undefined) {
  const path: string[] = [];
  const leftOut = [...(known?.leftOut ?? [])];
  let ready: DumpPage[] = [];
  let base = known?.base ?? '';
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
  if (known !== undefined) xml.write(Buffer.from(`<${ROOT}>`));
  return {
    write: xml.write,
    end: xml.end,
    /** @returns pages that are whole since it was asked last */
    takePages: (): DumpPage[] => {
      const pages = ready;
      ready = [];
      return pages;
    },
    /** Whether it can begin anew here with what it knows. */
    isBetweenPages: () => path.length === 1 && path[0] === ROOT && leftOut.length <= LEFT_OUT,
    known: () => ({ base, leftOut: [...leftOut] }),
    site: (): WikiSite => ({ pageAddress: `${base.slice(0, base.lastIndexOf('/') + 1)}$1`, leftOut }),
  };
}

/**
 * @param pieces of the whole dump, or what stands behind `from`
 * @param maximumTextLength of a page, in UTF-16 code units
 * @returns pages in their order, and what the dump says of the wiki before them. Of a page with several revisions, the last
 * @throws XmlError where the bytes are no such dump
 */
export async function* readDump(
  pieces: AsyncIterable<DumpPiece>,
  maximumTextLength: number,
  from?: DumpPlace,
): AsyncGenerator<ReadPage> {
  const parser = createPageParser(maximumTextLength, from);
  const stream = { offset: from?.offset ?? 0, read: from?.skip ?? 0 };
  let count = from?.pages ?? 0;
  let place = from;
  let endsInTag = false;
  const parse = (bytes: Uint8Array): ReadPage[] => {
    parser.write(bytes);
    stream.read += bytes.length;
    return parser.takePages().map((page) => ({ page, site: parser.site(), number: (count += 1), place }));
  };
  const keepPlace = (): void => {
    if (!parser.isBetweenPages()) return;
    place = { offset: stream.offset, skip: stream.read, pages: count, ...parser.known() };
  };
  for await (const { bytes, begins } of pieces) {
    if (begins !== undefined) {
      Object.assign(stream, { offset: begins, read: 0 });
      if (!endsInTag) keepPlace();
    }
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = buffer.lastIndexOf(PAGE_END);
    if (end !== -1) {
      yield* parse(buffer.subarray(0, end));
      const last = parse(buffer.subarray(end, end + PAGE_END.length));
      yield* last;
      if (last.length > 0) keepPlace(); // and not a word in a comment
    }
    yield* parse(buffer.subarray(end === -1 ? 0 : end + PAGE_END.length));
    endsInTag = !/>\s*$/.test(buffer.toString('latin1', Math.max(0, buffer.length - 100)));
  }
  parser.end();
}
