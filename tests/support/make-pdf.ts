// Small PDF files: text in places, in a font without a program, whose characters are named by a ToUnicode map.
import { deflateSync } from 'node:zlib';

export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
}

const hex = (code: number): string => code.toString(16).padStart(4, '0');
const stream = (bytes: Buffer, entries = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`<< /Length ${bytes.length} ${entries} >>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ]);

/** Objects by their numbers from 1; the first is the catalog. */
export function joinPdf(objects: readonly (string | Buffer)[], trailer = ''): Buffer {
  const parts = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  for (const [at, object] of objects.entries()) {
    offsets.push(parts.reduce((sum, { length }) => sum + length, 0));
    parts.push(Buffer.from(`${at + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n'));
  }
  const start = parts.reduce((sum, { length }) => sum + length, 0);
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\n` +
        `startxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** Letters are half as wide as Hangul, which is as wide as it is high. */
const widthOf = (character: string): number => (character >= '\u1100' ? 1_000 : 500);

/** @param contents takes the place of what the pages show: the bytes of a content stream, and the entries of its dictionary */
export function makePdf(
  pages: readonly (readonly PlacedText[])[],
  {
    contents,
    trailer = '',
  }: { readonly contents?: { bytes: Buffer; entries: string }; readonly trailer?: string } = {},
): Buffer {
  const characters = [...new Set(pages.flat().flatMap(({ text }) => Array.from(text)))];
  const codeOf = (character: string): string => hex(characters.indexOf(character) + 1);
  const map = characters.map(
    (it) => `<${codeOf(it)}> <${Buffer.from(it, 'utf16le').swap16().toString('hex')}>`,
  );
  const blocks = Array.from({ length: Math.ceil(map.length / 100) }, (_, at) =>
    map.slice(at * 100, at * 100 + 100),
  );
  const cmap =
    '/CIDInit /ProcSet findresource begin begincmap /CMapType 2 def\n1 begincodespacerange <0000> <ffff> endcodespacerange\n' +
    blocks.map((block) => `${block.length} beginbfchar\n${block.join('\n')}\nendbfchar\n`).join('') +
    'endcmap end';
  const widths = characters.map((it, at) => `${at + 1} [${widthOf(it)}]`).join(' ');
  const shown = pages.map((items) =>
    items
      .map(
        ({ text, x, y, size = 10 }) =>
          `BT /F1 ${size} Tf ${x} ${y} Td <${Array.from(text).map(codeOf).join('')}> Tj ET`,
      )
      .join('\n'),
  );
  const firstPage = 7;
  return joinPdf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${firstPage + 2 * at} 0 R`).join(' ')}] >>`,
      '<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>',
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 6 0 R /DW 500 /W [${widths}] >>`,
      stream(Buffer.from(cmap)),
      '<< /Type /FontDescriptor /FontName /Test /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
      ...shown.flatMap((text, at) => [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${firstPage + 2 * at + 1} 0 R >>`,
        contents === undefined
          ? stream(deflateSync(Buffer.from(text)), '/Filter /FlateDecode')
          : stream(contents.bytes, contents.entries),
      ]),
    ],
    trailer,
  );
}
