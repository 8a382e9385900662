// ZIP archives, honest ones and others.
import { deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** What the directory says, where that is not the truth. */
  readonly claimedBytes?: number;
  /** Deflated already. */
  readonly isPacked?: boolean;
  readonly flags?: number;
}

const header = (signature: number, fields: readonly (readonly [number, 2 | 4])[]): Buffer => {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [, size]) => sum + size, 0));
  bytes.writeUInt32LE(signature);
  let at = 4;
  for (const [value, size] of fields) {
    bytes.writeUIntLE(value, at, size);
    at += size;
  }
  return bytes;
};

/** Makes an archive of entries in their order. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, claimedBytes, isPacked = false, flags = 0 } of entries) {
    const plain = Buffer.from(bytes as Uint8Array);
    const packed = isPacked ? plain : deflateRawSync(plain);
    const title = Buffer.from(name);
    const common = [
      [20, 2],
      [flags | 0x800, 2],
      [8, 2],
      [0, 4],
      [isPacked ? 0 : 0, 4],
      [packed.length, 4],
      [claimedBytes ?? plain.length, 4],
      [title.length, 2],
      [0, 2],
    ] as const;
    const local = Buffer.concat([header(0x04034b50, common), title, packed]);
    const rest = [
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [offset, 4],
    ] as const;
    directory.push(Buffer.concat([header(0x02014b50, [[20, 2], ...common, ...rest]), title]));
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = [
    [0, 2],
    [0, 2],
    [entries.length, 2],
    [entries.length, 2],
    [size, 4],
    [offset, 4],
    [0, 2],
  ] as const;
  return Buffer.concat([...parts, ...directory, header(0x06054b50, end)]);
}

/** A book of chapters, `text/<name>.xhtml` in the order of the spine. */
export function makeEpub(
  chapters: Readonly<Record<string, string>>,
  others: readonly ZipEntry[] = [],
): Buffer {
  const names = Object.keys(chapters);
  const container =
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>';
  const items = names.map(
    (name, at) =>
      `<opf:item id="c${at}" href="text/${encodeURIComponent(name)}.xhtml" media-type="application/xhtml+xml"/>`,
  );
  const opf = `<?xml version="1.0"?><opf:package xmlns:opf="http://www.idpf.org/2007/opf"><opf:manifest><opf:item id="toc" href="toc.xhtml" properties="nav" media-type="application/xhtml+xml"/>${items.toReversed().join('')}</opf:manifest><opf:spine><opf:itemref idref="toc"/>${names.map((_, at) => `<opf:itemref idref="c${at}"/>`).join('')}</opf:spine></opf:package>`;
  return makeZip([
    { name: 'mimetype', bytes: 'application/epub+zip' },
    { name: 'META-INF/container.xml', bytes: container },
    { name: 'book/content.opf', bytes: opf },
    { name: 'book/toc.xhtml', bytes: '<html><body><nav>Contents</nav></body></html>' },
    ...names.map((name) => ({
      name: `book/text/${name}.xhtml`,
      bytes: `<html><head><title>t</title></head><body>${chapters[name]}</body></html>`,
    })),
    ...others,
  ]);
}
