// Files that mean harm or have come to it, beside good ones, in folders by how they are collected.
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, deflateRawSync, gzipSync } from 'node:zlib';
import { makePdf } from './make-pdf.ts';
import { makeEpub } from './make-zip.ts';

const MEBIBYTE = 1024 * 1024;

/** So many mebibytes of zeros, deflated, at the cost of one. */
function deflatedZeros(mebibytes: number): Buffer {
  const piece = deflateRawSync(Buffer.alloc(MEBIBYTE), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat(Array.from({ length: mebibytes }, () => piece));
}

function* oneLine(mebibytes: number): Generator<Buffer> {
  yield Buffer.from('{"text":"');
  const piece = Buffer.alloc(MEBIBYTE, 'x');
  for (let count = 0; count < mebibytes; count += 1) yield piece;
  yield Buffer.from('"}\n');
}

const row = (text: string): string => `${JSON.stringify({ text })}\n`;
const packed = gzipSync(Array.from({ length: 2_000 }, (_, at) => row(`row ${at} ${Math.sin(at)}`)).join(''));
const entities = `<!DOCTYPE a [<!ENTITY a "${'lol'.repeat(1_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}"><!ENTITY c "${'&b;'.repeat(1_000)}">]>`;
const bombPage = {
  bytes: Buffer.concat([Buffer.from([0x78, 0x9c]), deflatedZeros(400)]),
  entries: '/Filter /FlateDecode',
};

/** Writes the files; their names say what they are, and good ones begin with `good`. */
export async function writeNastyFiles(folder: string): Promise<void> {
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'tables/cut-off.jsonl.gz': packed.subarray(0, packed.length / 2),
    'tables/good.jsonl': row('good table'),
    'tables/invalid-utf8.jsonl': Buffer.concat([
      Buffer.from([0x7b, 0xff, 0xfe, 0x0a]),
      Buffer.from(row('good row')),
    ]),
    'tables/nul.csv': `text\n\0\0\0\n"good, field"\n"never closed\n${'filler\n'.repeat(10)}`,
    'tables/not.parquet': 'PAR1nonsensePAR1',
    'tables/zeros.csv': Buffer.alloc(MEBIBYTE),
    'texts/deep.html': `${'<div>'.repeat(400_000)}deep${'</div>'.repeat(400_000)}`,
    'texts/entities.html': `${entities}<p>&c; entities</p>`,
    'texts/good.html': '<p>good page</p>',
    'texts/half.html': `<p>half</p><!-- ${'<!-- '.repeat(200_000)}<a href="${'x"'.repeat(200_000)}`,
    'texts/nul.html': Buffer.alloc(1_000),
    'books/bomb.epub': makeEpub({ a: 'a' }, [
      { name: 'big', bytes: deflatedZeros(300), isPacked: true, claimedBytes: 300 * MEBIBYTE },
    ]),
    'books/entities.epub': makeEpub({ a: `${entities}<p>&c; entities</p>` }),
    'books/good.epub': makeEpub({ a: '<p>good book</p>' }),
    'books/liar.epub': makeEpub({ a: 'a' }, [
      { name: 'book/text/a.xhtml', bytes: deflatedZeros(300), isPacked: true, claimedBytes: 10 },
    ]),
    'books/path.epub': makeEpub({ a: 'a' }, [{ name: '../../../tmp/evil', bytes: 'x' }]),
    'papers/bomb.pdf': makePdf([[]], { contents: bombPage }),
    'papers/good.pdf': makePdf([[{ text: 'good paper', x: 70, y: 700 }]]),
    'papers/half.pdf': makePdf([[{ text: 'half', x: 70, y: 700 }]]).subarray(0, 400),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const long = join(folder, 'tables', 'one-line');
  await pipeline(Readable.from(oneLine(100)), createWriteStream(`${long}.jsonl`));
  await pipeline(
    Readable.from(oneLine(400)),
    createGzip({ level: 1 }),
    createWriteStream(`${long}.ndjson.gz`),
  );
}
