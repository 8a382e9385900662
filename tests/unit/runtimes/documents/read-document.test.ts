import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createDecodeDocument } from '../../../../pipeline/cleaning/decode-document.ts';
import { openDocument } from '../../../../pipeline/cleaning/working-document.ts';
import { createDocumentReader } from '../../../../runtimes/documents/read-document.ts';
import { documentOf } from '../../../../sources/content.ts';
import { makePdf, type PlacedText } from '../../../support/make-pdf.ts';
import { makeEpub, makeZip } from '../../../support/make-zip.ts';

const reader = createDocumentReader();
afterAll(() => reader.close());

/** @returns the text, or why there is none */
async function read(bytes: Uint8Array, kind: 'pdf' | 'epub'): Promise<string> {
  const mediaType = kind === 'pdf' ? 'application/pdf' : 'application/epub+zip';
  const origin = { source: 's', name: 'n', uri: 'u', mediaType, collectedAt: new Date(0) };
  const verdict = await createDecodeDocument(reader.read)(openDocument(documentOf(bytes, origin)));
  if (verdict.decision === 'keep') return '';
  return verdict.decision === 'change' ? verdict.text : `(${verdict.reason})`;
}

/** Lines from the top on, 12 points apart. */
function column(lines: readonly string[], { x = 70, top = 760 } = {}): PlacedText[] {
  return lines.flatMap((text, at) => (text === '' ? [] : [{ text, x, y: top - 12 * at }]));
}

const zeros = (mebibytes: number): Buffer => {
  const piece = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat(Array.from({ length: mebibytes }, () => piece));
};

describe('PDF', () => {
  it('reads paragraphs, with words whole that lines cut in two', async () => {
    const pages = [
      column([
        'The quick brown fox jumps over the lazy dog and con-',
        'tinues its way through the large forest behind a well-',
        'known hill. A well-known fox.',
        '',
        'Another paragraph stands here, and it has more lines.',
      ]),
    ];
    expect(await read(makePdf(pages), 'pdf')).toBe(
      'The quick brown fox jumps over the lazy dog and continues its way through the large forest behind a well-known hill. A well-known fox.\nAnother paragraph stands here, and it has more lines.',
    );
  });

  it('reads columns one after the other, as they stand in the file', async () => {
    const left = column(['The left column begins the', 'text, and it goes on in the']);
    const right = column(['other one, where it comes', 'to its end. The last words.'], { x: 320 });
    expect(await read(makePdf([[...left, ...right]]), 'pdf')).toBe(
      'The left column begins the text, and it goes on in the other one, where it comes to its end. The last words.',
    );
  });

  it('leaves out running headers and footers, and marks of footnotes', async () => {
    const page = (number: number): PlacedText[] => [
      { text: `Chapter ${number < 3 ? 'one' : 'two'}`, x: 70, y: 800 },
      ...column([`${'abcde'[number - 1].repeat(9)} has text of its own,`, 'word']),
      { text: '3', x: 91, y: 752, size: 6 },
      { text: `behind the mark of ${'abcde'[number - 1]}.`, x: 97, y: 748 },
      { text: String(number), x: 290, y: 40 },
    ];
    const text = await read(makePdf([1, 2, 3, 4, 5].map(page)), 'pdf');
    expect(text).not.toMatch(/Chapter|^\d$/m);
    expect(text.match(/(.)\1{8} has text of its own, word behind the mark of \1\./g)).toHaveLength(5);
  });

  it('keeps the spaces of Korean, and knows from the text where a line has cut a word', async () => {
    const pages = [
      column([
        '데비안 시스템을 설치하려면 먼저 설치 매체를 준비해야 합니',
        '다. 설치 프로그램은 메모리를 검사하고 하드 디스크를 나누며',
        '사용자에게 언어를 묻습니다. 그다음 사용자가 시스템을 설치하',
        '려면 네트워크를 설정해야 합니다. 이 과정은 오래 걸립니다.',
      ]),
    ];
    expect(await read(makePdf(pages), 'pdf')).toBe(
      '데비안 시스템을 설치하려면 먼저 설치 매체를 준비해야 합니다. 설치 프로그램은 메모리를 검사하고 하드 디스크를 나누며 ' +
        '사용자에게 언어를 묻습니다. 그다음 사용자가 시스템을 설치하려면 네트워크를 설정해야 합니다. 이 과정은 오래 걸립니다.',
    );
  });

  it('says why there is no text', async () => {
    const lock = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'ab'.repeat(32)}> /U <${'cd'.repeat(32)}> >> /ID [<00> <00>]`;
    expect(await read(makePdf([column(['secret'])], { trailer: lock }), 'pdf')).toBe('(pdf-encrypted)');
    expect(await read(makePdf([[]]), 'pdf')).toBe('(document-without-text)');
    expect(await read(Buffer.from('%PDF-1.7\nnothing'), 'pdf')).toBe('(pdf-damaged)');
    expect(await read(Buffer.from('GIF89a'), 'pdf')).toBe('(not-pdf)');
  });

  it('refuses what unpacks to too much, and reads the next one', async () => {
    const header = Buffer.from([0x78, 0x9c]);
    const packed = Buffer.concat([header, zeros(400)]);
    const once = makePdf([[]], { contents: { bytes: packed, entries: '/Filter /FlateDecode' } });
    expect(await read(once, 'pdf')).toBe('(document-too-large)');
    const entries = '/Filter [/FlateDecode /FlateDecode]';
    const twice = makePdf([[]], { contents: { bytes: deflateSync(packed), entries } });
    expect(twice.length).toBeLessThan(10_000);
    expect(await read(twice, 'pdf')).toMatch(/damaged|too-large/);
    expect(await read(makePdf([column(['fine'])]), 'pdf')).toBe('fine');
  });

  it('ends what takes too long, and reads the next one', async () => {
    const hasty = createDocumentReader({ timeoutMs: 1 });
    const pdf = makePdf([column(['fine'])]);
    expect(await hasty.read(new Uint8Array(pdf), 'pdf')).toEqual({ reason: 'document-takes-too-long' });
    await hasty.close();
    expect(await read(pdf, 'pdf')).toBe('fine');
  });
});

describe('EPUB', () => {
  const chapters = { 'second 2': '<h1>One</h1><p>Text &amp; more</p>', first: '<p>한글 &lt;책&gt;</p>' };

  it('reads chapters in the order of the spine, without the table of contents', async () => {
    expect(await read(makeEpub(chapters), 'epub')).toBe('One\nText & more\n한글 <책>');
  });

  it('refuses what is encrypted, and reads books whose fonts alone are scrambled', async () => {
    const encryption = (algorithm: string) => [
      {
        name: 'META-INF/encryption.xml',
        bytes: `<encryption><enc:EncryptedData xmlns:enc="e"><enc:EncryptionMethod Algorithm="${algorithm}"/></enc:EncryptedData></encryption>`,
      },
    ];
    const locked = encryption('http://www.w3.org/2001/04/xmlenc#aes256-cbc');
    expect(await read(makeEpub(chapters, locked), 'epub')).toBe('(epub-encrypted)');
    const fonts = encryption('http://www.idpf.org/2008/embedding');
    expect(await read(makeEpub(chapters, fonts), 'epub')).toContain('한글');
  });

  it('refuses archives that mean harm', async () => {
    const bomb = [{ name: 'a', bytes: zeros(32), isPacked: true, claimedBytes: 32 * 1024 * 1024 }];
    expect(await read(makeEpub(chapters, bomb), 'epub')).toBe('(zip-bomb)');
    const liar = makeZip([
      {
        name: 'META-INF/container.xml',
        bytes: Buffer.concat([zeros(64)]),
        isPacked: true,
        claimedBytes: 1_000,
      },
    ]);
    expect(await read(liar, 'epub')).toBe('(zip-damaged)');
    const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `e${at}`, bytes: '' }));
    expect(await read(makeEpub(chapters, many), 'epub')).toBe('(zip-bomb)');
    expect(await read(makeEpub(chapters, [{ name: '../../etc/passwd', bytes: 'x' }]), 'epub')).toBe(
      '(zip-unsafe-path)',
    );
    expect(await read(makeEpub({ nested: '' }, [{ name: 'inner.zip', bytes: makeZip([]) }]), 'epub')).toBe(
      '(document-without-text)',
    );
    expect(await read(Buffer.from('PK\u0003\u0004nothing'), 'epub')).toBe('(zip-damaged)');
    expect(await read(makeZip([{ name: 'a', bytes: 'a' }]), 'epub')).toBe('(epub-damaged)');
  });

  it('resolves no entity that a book declares itself', async () => {
    const lol = `<!DOCTYPE lolz [<!ENTITY a "${'lol'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(1_000)}"><!ENTITY c "${'&b;'.repeat(1_000)}">]>`;
    const text = await read(makeEpub({ bomb: `${lol}<p>&c; end</p>` }), 'epub');
    expect(text).toContain('end');
    expect(text.length).toBeLessThan(10_000);
  });
});
