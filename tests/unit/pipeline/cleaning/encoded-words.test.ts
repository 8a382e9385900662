import { describe, expect, it } from 'vitest';
import { decodeWords } from '../../../../pipeline/cleaning/encoded-words.ts';

describe('decodeWords', () => {
  it.each([
    ['plain text', 'plain text'],
    ['=?iso-8859-1?Q?caf=E9_noir?= now', 'café noir now'],
    ['=?UTF-8?b?7ZWc6riA?=', '한글'],
    ['a =?utf-8?Q?b?= =?utf-8?Q?c?= d', 'a bc d'],
    ['=?utf-8*en?Q?day?=', 'day'],
    ['=?iso-8859-1?Q?=E9?=\t=?utf-8?Q?=C3=A9?=', 'éé'],
    ['=?no-such-charset?Q?=E9?=', 'é'],
    ['=?utf-8?X?unknown?= stays', '=?utf-8?X?unknown?= stays'],
    ['=?utf-8?Q?unfinished', '=?utf-8?Q?unfinished'],
  ])('decodes %j', (value, text) => {
    expect(decodeWords(value)).toBe(text);
  });

  it('joins a character that a mailer has cut in two', () => {
    expect(decodeWords('=?utf-8?Q?=ED=95?= =?utf-8?Q?=9C?=')).toBe('한');
  });
});
