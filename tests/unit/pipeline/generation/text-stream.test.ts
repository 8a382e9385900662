import { describe, expect, it } from 'vitest';
import { createTextStream } from '../../../../pipeline/generation/text-stream.ts';

/** A tokenizer with a token for each byte. */
const decodeBytes = (ids: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(ids));
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

async function pieces(ids: readonly number[], stops: readonly string[] = []): Promise<string[]> {
  const stream = createTextStream(decodeBytes, stops);
  const given: string[] = [];
  for (const id of ids) {
    const { text, stopped } = await stream.push(id);
    given.push(text);
    if (stopped) return given;
  }
  return [...given, (await stream.end()).text];
}

describe('a stream of text', () => {
  it('gives a character once all of its tokens are there', async () => {
    expect(await pieces(bytesOf('a나'))).toEqual(['a', '', '', '나', '']);
    expect((await pieces(bytesOf('x👩‍🌾y'))).join('')).toBe('x👩‍🌾y');
  });

  it('gives what is no character as such, and goes on', async () => {
    expect((await pieces([0xff, 0xff, 0xff, 0xff, 0x61, 0x62])).join('')).toBe('\uFFFD\uFFFD\uFFFD\uFFFDab');
    expect((await pieces(bytesOf('나').slice(0, 2))).join('')).toBe('\uFFFD');
  });

  it('finds a stop sequence of several tokens and sends nothing of it', async () => {
    expect((await pieces(bytesOf('밥을 먹었다. 나는'), ['다. ', '나'])).join('')).toBe('밥을 먹었');
  });

  it('lets a decoder join tokens with those before', async () => {
    const words = ['un', '##happi', '##ness', 'is'];
    const stream = createTextStream(
      (ids) =>
        ids
          .map((id) => words[id])
          .join(' ')
          .replaceAll(' ##', ''),
      [],
    );
    const given = [];
    for (const id of [0, 1, 2, 3]) given.push((await stream.push(id)).text);
    expect(given).toEqual(['un', 'happi', 'ness', ' is']);
  });
});
