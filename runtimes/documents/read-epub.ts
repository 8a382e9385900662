// Books in EPUB (EPUB 3.3, and 2): the chapters in the order of the spine, without the table of contents.
import { posix } from 'node:path';
import { Parser } from 'htmlparser2';
import { decodeBytes } from '../../pipeline/cleaning/charset.ts';
import { htmlToText } from '../../pipeline/cleaning/html-to-text.ts';
import { UnreadableDocument } from './unreadable-document.ts';
import { openZipEntries, type ZipEntries } from './zip-entries.ts';

const CHAPTER_TYPES = new Set(['application/xhtml+xml', 'text/html', 'text/x-oeb1-document']);
/** Which scramble fonts, and leave the text alone (EPUB 3.3, section 4.3; Adobe's before it). */
const FONT_ALGORITHMS = new Set(['http://www.idpf.org/2008/embedding', 'http://ns.adobe.com/pdf/enc#RC']);

interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The elements of a file in their order. Entities that a file declares itself are not resolved. */
function elementsOf(xml: Uint8Array): XmlElement[] {
  const elements: XmlElement[] = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => void elements.push({ name: name.replace(/^[^:]*:/, ''), attributes }),
    },
    { xmlMode: true },
  );
  parser.end(decodeBytes(xml));
  return elements;
}

async function required(zip: ZipEntries, name: string): Promise<Buffer> {
  const bytes = await zip.read(name);
  if (bytes === undefined) throw new UnreadableDocument('epub-damaged');
  return bytes;
}

async function isEncrypted(zip: ZipEntries): Promise<boolean> {
  const encryption = await zip.read('META-INF/encryption.xml');
  if (encryption === undefined) return false;
  const methods = elementsOf(encryption).filter(({ name }) => name === 'EncryptionMethod');
  return methods.some(({ attributes }) => !FONT_ALGORITHMS.has(attributes['Algorithm']));
}

/** Addresses in a book are relative to the file that holds them, with percent signs. */
function resolveName(base: string, href: string): string | undefined {
  try {
    const name = posix.join(posix.dirname(base), decodeURIComponent(href.split('#', 1)[0]));
    return name.startsWith('../') ? undefined : name;
  } catch {
    return undefined; // no address
  }
}

/** @returns names of the chapters in reading order */
async function chaptersOf(zip: ZipEntries): Promise<string[]> {
  const container = elementsOf(await required(zip, 'META-INF/container.xml'));
  const root = container.find(({ name }) => name === 'rootfile')?.attributes['full-path'];
  if (root === undefined) throw new UnreadableDocument('epub-damaged');
  const elements = elementsOf(await required(zip, root));
  const items = new Map(
    elements.filter(({ name }) => name === 'item').map(({ attributes }) => [attributes['id'], attributes]),
  );
  return elements
    .filter(({ name, attributes }) => name === 'itemref' && attributes['linear'] !== 'no')
    .flatMap(({ attributes }) => {
      const item = items.get(attributes['idref']);
      const isChapter = item !== undefined && CHAPTER_TYPES.has(item['media-type']);
      if (!isChapter || (item['properties'] ?? '').split(' ').includes('nav')) return [];
      return resolveName(root, item['href'] ?? '') ?? [];
    });
}

/**
 * Reads a book.
 * @throws UnreadableDocument epub-encrypted, epub-damaged, document-without-text, and those of the archive
 */
export async function readEpub(bytes: Uint8Array): Promise<string> {
  const zip = await openZipEntries(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (await isEncrypted(zip)) throw new UnreadableDocument('epub-encrypted');
  const chapters: string[] = [];
  for (const name of new Set(await chaptersOf(zip))) {
    const chapter = await zip.read(name);
    if (chapter === undefined) continue; // named and not there: the others are
    const text = htmlToText(decodeBytes(chapter), ['nav']);
    if (text !== '') chapters.push(text);
  }
  if (chapters.length === 0) throw new UnreadableDocument('document-without-text');
  return chapters.join('\n');
}
