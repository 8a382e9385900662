import { describe, expect, it } from 'vitest';
import { shortTime, sizeText, table } from '../../../command-line/output.ts';

describe('table', () => {
  it('is as wide as its widest cells, without blanks at the end of lines', () => {
    const rows = [
      ['mail-filter@1', 'retired', 'kim'],
      ['mail-filter@12', 'champion', ''],
    ];
    expect(table(['version', 'state', 'by'], rows).split('\n')).toEqual([
      'version         state     by',
      'mail-filter@1   retired   kim',
      'mail-filter@12  champion',
    ]);
  });

  it('is its headings where there is nothing', () => {
    expect(table(['version', 'state'], [])).toBe('version  state');
  });
});

describe('shortTime', () => {
  it('is a time to the second that people can read', () => {
    expect(shortTime('2026-05-03T10:00:00.123Z')).toBe('2026-05-03 10:00:00');
  });
});

describe('sizeText', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
    [5_000 * 1024 ** 4, '5000.0 TiB'],
  ])('writes %d bytes as %s', (sizeBytes, text) => {
    expect(sizeText(sizeBytes)).toBe(text);
  });
});
