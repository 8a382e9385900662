import { describe, expect, it } from 'vitest';
import { type CleaningStepSpec, cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe, requestRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { collected, mail } from './documents.ts';

const steps: CleaningStepSpec[] = cleaningSchema.parse({
  steps: [
    { step: 'decode-mail' },
    { step: 'strip-html' },
    { step: 'normalize-unicode' },
    { step: 'strip-quotes' },
    { step: 'strip-footers' },
    { step: 'remove-text', texts: ['deathtospam'] },
    { step: 'drop-short', minimumWords: 2 },
    { step: 'deduplicate' },
  ],
}).steps;

const mails = [
  mail('Subject: Re: caf\xe9', '', 'My answer at last', '> your question', '-- ', 'Ann'),
  mail('Subject: offer', 'Content-Type: text/html', '', '<p>Buy <b>now</b> and save, deathtospam</p>'),
  mail(
    'Subject: =?gb2312?B?xOO6ww==?=',
    'Content-Type: text/plain; charset=DEFAULT',
    '',
    '\x93quoted\x94 words',
  ),
  Buffer.from('no headers at all, only text'),
];

describe('createRecipe', () => {
  it('runs its steps in order, keeps the origin and leaves the raw content behind', async () => {
    const recipe = createRecipe(steps);
    const document = { ...collected(mails[0], 'message/rfc822', 'inbox/1.eml'), licence: 'CC0-1.0' };
    const { content: _, ...origin } = document;
    expect(await recipe.clean(document)).toEqual({
      outcome: 'kept',
      document: { ...origin, text: 'Re: café\nMy answer at last' },
    });
  });

  it('tells where and why a document was dropped', async () => {
    const recipe = createRecipe(steps);
    const clean = (data: string, id: string) => recipe.clean(collected(data, 'text/plain', id));
    expect(await clean('alone', 'a')).toEqual({
      outcome: 'dropped',
      step: 'drop-short',
      reason: 'too-short',
    });
    expect(await clean('one two three four five', 'b')).toMatchObject({ outcome: 'kept' });
    expect(await clean('ONE two three, four five!', 'c')).toEqual({
      outcome: 'dropped',
      step: 'deduplicate',
      reason: 'near-duplicate',
    });
    expect(await recipe.clean(collected(Buffer.from([1, 0, 2]), 'message/rfc822', 'd'))).toEqual({
      outcome: 'dropped',
      step: 'decode-mail',
      reason: 'not-a-mail',
    });
  });

  it('accounts for every document in a funnel, with samples', async () => {
    const recipe = createRecipe([{ step: 'strip-quotes' }, { step: 'drop-short', minimumWords: 1 }]);
    for (let number = 0; number < 12; number += 1) {
      const text = ['plain words', 'own words\n> quoted', '> only quoted'][number % 3];
      await recipe.clean(collected(text, 'text/plain', `document-${number}`));
    }
    const [plain, own, quoted] = ['plain words', 'own words\n> quoted', '> only quoted'].map(
      ({ length }) => length,
    );
    expect(recipe.funnel()).toEqual([
      {
        ...{ step: 'strip-quotes', in: 12, kept: 4, changed: 8, dropped: 0, reasons: {} },
        ...{ bytesIn: 4 * (plain + own + quoted), bytesOut: 4 * (plain + 'own words'.length) },
      },
      {
        ...{ step: 'drop-short', in: 12, kept: 8, changed: 0, dropped: 4, reasons: { 'too-short': 4 } },
        ...{ bytesIn: 4 * (plain + 'own words'.length), bytesOut: 4 * (plain + 'own words'.length) },
      },
    ]);
    expect(recipe.samples().map(({ step, reason, id }) => [step, reason, id])).toEqual([
      ...['document-1', 'document-2', 'document-4'].map((id) => ['strip-quotes', undefined, id]),
      ...['document-2', 'document-5', 'document-8'].map((id) => ['drop-short', 'too-short', id]),
    ]);
    expect(recipe.samples()[0]).toMatchObject({ before: 'own words\n> quoted', after: 'own words' });
  });

  it('begins each pass with an empty memory', async () => {
    const document = collected('the same words once more');
    expect(await createRecipe(steps).clean(document)).toMatchObject({ outcome: 'kept' });
    expect(await createRecipe(steps).clean(document)).toMatchObject({ outcome: 'kept' });
  });

  it('leaves the text as it was received where there are no steps', async () => {
    const outcome = await createRecipe([]).clean(collected(Buffer.from('caf\xe9 \x80', 'latin1')));
    expect(outcome).toMatchObject({ outcome: 'kept', document: { text: 'café €' } });
  });
});

describe('createRecipe, where offsets count', () => {
  const traced: CleaningStepSpec[] = cleaningSchema.parse({
    steps: [
      { step: 'normalize-unicode' },
      { step: 'remove-text', texts: ['(sic)'] },
      { step: 'drop-short', minimumWords: 1 },
    ],
  }).steps;

  it('says of a text that it changed where each stretch came from, and nothing of one that it left', async () => {
    const recipe = createRecipe(traced, { aligned: true });
    expect(await recipe.clean(collected('Ada  was(sic) here'))).toMatchObject({
      outcome: 'kept',
      document: {
        text: 'Ada was here',
        alignment: [
          [3, 0, 3],
          [1, 3, 5],
          [3, 5, 8],
          [5, 13, 18],
        ],
      },
    });
    const left = await recipe.clean(collected('Ada was here'));
    expect(left).not.toHaveProperty('document.alignment');
    expect(await createRecipe(traced).clean(collected('Ada  was here'))).not.toHaveProperty(
      'document.alignment',
    );
  });

  it('refuses to go on with a step that does not say it', async () => {
    const recipe = createRecipe([{ step: 'strip-quotes' }], { aligned: true });
    await expect(recipe.clean(collected('> yours\nmine'))).rejects.toThrow(
      'strip-quotes does not say where its text comes from',
    );
  });
});

describe('requestRecipe', () => {
  it('gives a request the text that training gave the same mail', async () => {
    const request = requestRecipe(steps);
    for (const [position, bytes] of mails.entries()) {
      const document = collected(bytes, 'message/rfc822', `mail-${position}`);
      const trained = await createRecipe(steps).clean(document);
      const text = trained.outcome === 'kept' ? trained.document.text : '';
      expect(text).not.toBe('');
      expect(await request.clean(document.content)).toEqual({ text });
      const data = bytes.toString('base64');
      expect(await request.clean({ mediaType: 'message/rfc822', encoding: 'base64', data })).toEqual({
        text,
      });
    }
  });

  it('neither compares requests with each other nor refuses short ones', async () => {
    const request = requestRecipe(steps);
    expect(await request.clean({ mediaType: 'text/plain', data: 'short' })).toEqual({ text: 'short' });
    expect(await request.clean({ mediaType: 'text/plain', data: 'short' })).toEqual({ text: 'short' });
  });

  it('says why a request has no text', async () => {
    const data = Buffer.from([1, 0, 2]).toString('base64');
    const answer = await requestRecipe(steps).clean({
      mediaType: 'message/rfc822',
      encoding: 'base64',
      data,
    });
    expect(answer).toEqual({ reason: 'not-a-mail' });
  });

  it('leaves no empty text to be answered', async () => {
    const request = requestRecipe(steps);
    const data = '<html><body><img src="a.png"> </body></html>';
    expect(await request.clean({ mediaType: 'text/html', data })).toEqual({ reason: 'no-text' });
    const empty = { mediaType: 'message/rfc822', data: 'Content-Type: text/plain\r\n\r\n\r\n' };
    expect(await request.clean(empty)).toEqual({ reason: 'no-text' });
  });
});
