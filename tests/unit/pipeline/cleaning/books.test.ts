import { describe, expect, it } from 'vitest';
import { createRecipe, requestRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { documentOf } from '../../../../sources/content.ts';

const origin = { source: 's', name: 'n', uri: 'u', collectedAt: new Date(0) };

async function withoutNotices(text: string): Promise<string> {
  const { clean } = createRecipe([{ step: 'strip-book-notices' }]);
  const outcome = await clean(documentOf(Buffer.from(text), { ...origin, mediaType: 'text/plain' }));
  return outcome.outcome === 'kept' ? outcome.document.text : outcome.reason;
}

describe('books', () => {
  it('lose what Project Gutenberg puts around them', async () => {
    const book = [
      'The Project Gutenberg eBook of A Book\n\nThis ebook is for the use of anyone anywhere',
      '*** START OF THE PROJECT GUTENBERG EBOOK A BOOK ***',
      'Produced by a person,\nand another\n',
      'CHAPTER I.\n\nIt was late. *** The end of it.',
      'End of the Project Gutenberg EBook of A Book',
      '*** END OF THE PROJECT GUTENBERG EBOOK A BOOK ***\nlicence',
    ].join('\n');
    const wanted = 'CHAPTER I.\n\nIt was late. *** The end of it.';
    expect(await withoutNotices(book)).toBe(wanted);
    expect(await withoutNotices(book.replaceAll('\n', '\r\n'))).toBe(wanted);
    expect(await withoutNotices('*** A star\n\nEnd of Project Gutenberg')).toContain('A star');
  });

  it('take no longer for hostile text', async () => {
    for (const piece of [
      '*** START OF THE PROJECT GUTENBERG ',
      '*** START OF THE PROJECT GUTENBERG X\n',
      '\n \n\t',
      '***',
      ' \t',
    ])
      expect((await withoutNotices(piece.repeat(100_000))).length).toBeLessThan(4_000_000);
  });

  it('are dropped where nothing can read them, and so in requests', async () => {
    const { clean } = createRecipe([{ step: 'decode-document' }]);
    const pdf = documentOf(Buffer.from('%PDF-1.7'), { ...origin, mediaType: 'Application/PDF; x=1' });
    expect(await clean(pdf)).toMatchObject({ outcome: 'dropped', reason: 'no-reader' });
    const request = requestRecipe([{ step: 'decode-document' }]);
    expect(await request.clean({ mediaType: 'application/epub+zip', data: 'PK' })).toEqual({
      reason: 'no-reader',
    });
    expect(await request.clean({ mediaType: 'text/plain', data: 'text' })).toEqual({ text: 'text' });
  });
});
