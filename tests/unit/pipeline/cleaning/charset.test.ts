import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../../pipeline/cleaning/charset.ts';

const latin = Buffer.from('caf\u00e9 \u0093quoted\u0094', 'latin1'); // 0x93 and 0x94 are quotes in Windows-1252 only

describe('decodeBytes', () => {
  it('decodes as declared where the charset exists and fits', () => {
    expect(decodeBytes(Buffer.from([0xc7, 0xd1, 0xb1, 0xdb]), 'EUC-KR')).toBe('한글');
    expect(decodeBytes(Buffer.from([0xd0, 0xd2]), ' koi8-r ')).toBe('пр');
    expect(decodeBytes(latin, 'iso-8859-1')).toBe('café “quoted”');
  });

  it('takes charsets that do not exist for UTF-8, and for Windows-1252 where UTF-8 does not fit', () => {
    for (const invented of [
      'DEFAULT_CHARSET',
      'unknown-8bit',
      'CHINESEBIG5',
      '',
      '\u0000',
      'x'.repeat(10_000),
    ]) {
      expect(decodeBytes(Buffer.from('한글 café'), invented)).toBe('한글 café');
      expect(decodeBytes(latin, invented)).toBe('café “quoted”');
    }
  });

  it('does not believe a label of ASCII over 8-bit bytes', () => {
    expect(decodeBytes(Buffer.from('naïve'), 'us-ascii')).toBe('naïve');
    expect(decodeBytes(latin, 'US-ASCII')).toBe('café “quoted”');
  });

  it('stays with a declared charset that is damaged in a few places, and leaves one that does not fit at all', () => {
    const text = Buffer.concat([Buffer.from('한글 '.repeat(50)), Buffer.from([0xff])]);
    expect(decodeBytes(text, 'utf-8')).toBe(`${'한글 '.repeat(50)}\uFFFD`);
    expect(decodeBytes(Buffer.from([0xe9, 0xe8, 0xe0]), 'utf-8')).toBe('éèà');
  });

  it('decodes every byte string to something', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(decodeBytes(all)).toHaveLength(256);
    expect(decodeBytes(new Uint8Array())).toBe('');
  });
});
