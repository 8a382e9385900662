import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStopFilter } from '../../../../pipeline/generation/stop-sequences.ts';

/** What is sent of pieces, and how much of them was asked for. */
function sent(pieces: readonly string[], stops: readonly string[]): { text: string; stopped: boolean } {
  const filter = createStopFilter(stops);
  let all = '';
  for (const piece of pieces) {
    const { text, stopped } = filter.push(piece);
    all += text;
    if (stopped) return { text: all, stopped };
  }
  return { text: all + filter.end(), stopped: false };
}

describe('stop sequences', () => {
  it('end a text that has one across several tokens, and send nothing of it', () => {
    expect(sent(['a\n', '\nQ', ': b'], ['\n\nQ:'])).toEqual({ text: 'a', stopped: true });
  });

  it('hold back what may be the beginning of one, and send it once it is not', () => {
    const filter = createStopFilter(['###']);
    expect(filter.push('a##').text).toBe('a');
    expect(filter.push('b#').text).toBe('##b');
    expect(filter.end()).toBe('#');
  });

  it('find one that begins within what looked like the beginning of one', () => {
    expect(sent(['aa', 'ab'], ['aab'])).toEqual({ text: 'a', stopped: true });
  });

  it('end at the one that is complete first, of two the longer', () => {
    expect(sent(['xabcd'], ['abcd', 'bc'])).toEqual({ text: 'xa', stopped: true });
    expect(sent(['xabc'], ['bc', 'abc'])).toEqual({ text: 'x', stopped: true });
  });

  it('give the same however a text is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '나'), maxLength: 20 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '나'), minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(letters, stops, (text, some) => {
        expect(sent(Array.from(text), some)).toEqual(sent([text], some));
      }),
    );
  });

  it('may be none', () => {
    expect(sent(['a', 'b'], [])).toEqual({ text: 'ab', stopped: false });
  });

  it('are refused where no text can hold them, or every text does', () => {
    expect(() => createStopFilter(['a', ''])).toThrow('stop.1: expected text, got ""');
    expect(() => createStopFilter(['\uD83D'])).toThrow('stop.0: expected text, got "\\ud83d"');
  });
});
