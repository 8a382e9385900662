import { describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../../pipeline/cleaning/recipe.ts';
import { collected } from '../documents.ts';

/** What a step makes of texts, one after the other. */
async function run(step: object, texts: readonly string[]): Promise<string[]> {
  const recipe = createRecipe(cleaningSchema.parse({ steps: [step] }).steps);
  const made: string[] = [];
  for (const [at, text] of texts.entries()) {
    const outcome = await recipe.clean(collected(text, 'text/plain', String(at)));
    made.push(outcome.outcome === 'kept' ? outcome.document.text : `dropped: ${outcome.reason}`);
  }
  return made;
}

describe('deduplicate', () => {
  it('compares characters where it is told to: one letter in another place is little to them, and much to words', async () => {
    const texts = [
      'the quick brown fox jumps over the lazy dog',
      'the quick brown fax jumps over the lazy dog',
    ];
    const options = { step: 'deduplicate', similarity: 0.6 };
    expect(await run(options, texts)).toEqual(texts);
    expect(await run({ ...options, shingleCharacters: 3 }, texts)).toEqual([
      texts[0],
      'dropped: near-duplicate',
    ]);
  });

  it('reads Korean by its syllables', async () => {
    const texts = [
      '오늘 날씨가 좋아서 한강 공원에 갔다',
      '오늘 날씨가 좋아서, 한강공원에 갔다!',
      '내일은 비가 온다고 한다',
    ];
    expect(await run({ step: 'deduplicate', shingleCharacters: 2, similarity: 0.7 }, texts)).toEqual([
      texts[0],
      'dropped: near-duplicate',
      texts[2],
    ]);
  });
});

describe('deduplicate-exact', () => {
  it('drops what differs in blanks or in the form of characters alone', async () => {
    expect(
      await run({ step: 'deduplicate-exact' }, ['café  au lait', ' cafe\u0301 au\nlait', 'Café au lait']),
    ).toEqual(['café  au lait', 'dropped: duplicate', 'Café au lait']);
  });
});

describe('deduplicate-lines', () => {
  const footer = 'All rights reserved by the authors';

  it('takes out long lines that stood before, and drops documents that have nothing else', async () => {
    const texts = [`first page\n${footer}\nfirst page`, `second page\n${footer}\n`, `${footer}\n***`, footer];
    expect(await run({ step: 'deduplicate-lines' }, texts)).toEqual([
      texts[0],
      'second page\n',
      'dropped: nothing-new',
      'dropped: nothing-new',
    ]);
  });

  it('takes out paragraphs whole', async () => {
    const paragraph = 'It is long enough,\nand has two lines.';
    const step = { step: 'deduplicate-lines', unit: 'paragraph' };
    expect(
      await run(step, [`a\n\n${paragraph}\n \nb`, `${paragraph}\n\nIt is long enough,\nand goes on.`]),
    ).toEqual([`a\n\n${paragraph}\n \nb`, '\nIt is long enough,\nand goes on.']);
  });
});
