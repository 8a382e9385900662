import { describe, expect, it } from 'vitest';
import { shortTime, table } from '../../../command-line/output.ts';

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
