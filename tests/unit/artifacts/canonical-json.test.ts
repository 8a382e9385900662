// Examples of RFC 8785: section 3.2.3 (order of members), appendix B (numbers).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashCanonical, NotCanonical } from '../../../artifacts/canonical-json.ts';

describe('canonical JSON', () => {
  it('sorts members by UTF-16 code units, as the example of RFC 8785 does', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const names = Object.keys(JSON.parse(canonicalJson(Object.entries(value))) as object);
    expect(names).toHaveLength(7);
    expect([...canonicalJson(value).matchAll(/:"([A-Z])/g)].map(([, initial]) => initial).join('')).toBe(
      'COCLEEH',
    );
    expect(canonicalJson(value).startsWith('{"\\r":"Carriage Return","1":"One",')).toBe(true);
  });

  it('writes numbers as appendix B of RFC 8785 does', () => {
    const numbers = [
      -0, 5e-324, 1.7976931348623157e308, 9007199254740992, 295147905179352830000, 1e21, 1e-7, 0.000001,
    ];
    expect(canonicalJson(numbers)).toBe(
      '[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,1e+21,1e-7,0.000001]',
    );
  });

  it('leaves out members that are undefined, at any depth', () => {
    expect(canonicalJson({ b: { x: undefined, y: null }, a: undefined })).toBe('{"b":{"y":null}}');
  });

  it.each([
    ['NaN', { loss: Number.NaN }, '$.loss'],
    ['an infinity', [1, { x: Number.NEGATIVE_INFINITY }], '$[1].x'],
    ['a hole in an array', [undefined], '$[0]'],
    ['a lone surrogate', { text: '\ud83d' }, '$.text'],
    ['a lone surrogate in a name', { '\ud83d': 1 }, '$'],
    ['a date', { at: new Date(0) }, '$.at'],
    ['a map', { m: new Map() }, '$.m'],
    ['a bigint', 1n, '$'],
  ])('refuses %s and says where it stands', (_name, value, path) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonical);
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ path }) as Error);
  });

  it('reads back as the value that was written', () => {
    const json = fc.jsonValue({ stringUnit: 'grapheme' });
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    const members = fc.uniqueArray(fc.tuple(fc.string(), fc.integer()), { selector: ([name]) => name });
    fc.assert(
      fc.property(members, (entries) => {
        expect(hashCanonical(Object.fromEntries([...entries].reverse()))).toBe(
          hashCanonical(Object.fromEntries(entries)),
        );
      }),
    );
  });
});
