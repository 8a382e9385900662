import { describe, expect, it } from 'vitest';
import { decontaminate } from '../../../../../contracts/model-spec/decontaminate.ts';
import { identity, rangeInText } from '../../../../../pipeline/cleaning/alignment.ts';
import { createDecontaminate } from '../../../../../pipeline/cleaning/duplicates/decontaminate.ts';
import type { Verdict } from '../../../../../pipeline/cleaning/working-document.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { collected } from '../documents.ts';

const question = 'Which of the rivers that cross the old town of the capital is the longest one in summer?';
const short = '다음 중 조선의 네 번째 임금으로 훈민정음을 만든 사람은 누구인가';
const entries: Readonly<Record<string, readonly string[]>> = {
  trivia: [question, 'Too short to tell anything by itself'],
  history: [short],
};

async function decide(text: string, options: object = {}): Promise<Verdict> {
  const sets = ['trivia', 'history'].map((name) => ({ name, path: `${name}.jsonl` }));
  const { step: _, ...spec } = decontaminate.parse({ step: 'decontaminate', sets, ...options });
  const step = createDecontaminate(spec, ({ name }) => Promise.resolve(entries[name]));
  const document = openDocument(collected(text));
  return step({ ...document, alignment: identity(text.length) });
}

const filler = (count: number, seed: string): string =>
  Array.from({ length: count }, (_, at) => `${seed}${at}`).join(' ');

describe('decontaminate', () => {
  it('drops a document that has thirteen words in a row of an entry, whatever their case and marks, and names the set', async () => {
    const part = question.split(' ').slice(2, 15).join(', ').toUpperCase();
    expect(await decide(`before it ${part} after it`)).toEqual({
      decision: 'drop',
      reason: 'contaminated-trivia',
    });
  });

  it('keeps twelve in a row, and entries too short to be told by', async () => {
    const part = question.split(' ').slice(2, 14).join(' ');
    expect(await decide(`before it ${part} after it`)).toEqual({ decision: 'keep' });
    expect(await decide(entries['trivia'][1])).toEqual({ decision: 'keep' });
  });

  it('takes a short entry as a whole, in Korean too', async () => {
    expect(await decide(`문제: ${short}?`)).toMatchObject({ reason: 'contaminated-history' });
    expect(await decide(short.split(' ').slice(1).join(' '))).toEqual({ decision: 'keep' });
    expect(await decide(short, { minimumWords: 11 })).toEqual({ decision: 'keep' });
  });

  it('cuts the words out with what stands around them, and traces what is left', async () => {
    const [first, last] = [filler(120, 'a'), filler(120, 'b')];
    const text = `${first} ${question} ${last}`;
    const verdict = await decide(text, { action: 'cut' });
    if (verdict.decision !== 'change' || verdict.alignment === undefined) throw new Error('not cut');
    const [before, after] = verdict.text.split('\n');
    expect(first.startsWith(before) && last.endsWith(after)).toBe(true);
    expect(first.length - before.length).toBeGreaterThan(190);
    expect(verdict.counts).toEqual({ trivia: question.split(' ').length - 12 });
    const range = rangeInText(verdict.alignment, { start: text.length - 4, end: text.length });
    expect(verdict.text.slice(range?.start, range?.end)).toBe('b119');
  });

  it('drops what is little beside the words that go, or falls into many pieces', async () => {
    expect(await decide(`a few words ${question} and a few`, { action: 'cut' })).toMatchObject({
      decision: 'drop',
    });
    const many = Array.from({ length: 12 }, (_, at) => `${filler(150, `w${at}x`)} ${question}`).join(' ');
    expect(await decide(many, { action: 'cut' })).toMatchObject({ decision: 'drop' });
  });

  it('goes through a megabyte that repeats an entry', async () => {
    const text = `${question} `.repeat(10_000);
    expect(await decide(text, { action: 'cut' })).toMatchObject({ decision: 'drop' });
  });
});
