// Text made to hurt: a megabyte each of what a pattern with backtracking, a recursion or a copy in a loop would die of.
// There are no timings here; quadratic work on this size would run into the test's time limit many times over.
import { describe, expect, it } from 'vitest';
import { type CleaningStepSpec, cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { collected } from './documents.ts';

const MEGABYTE = 1_000_000;
const fill = (piece: string): string => piece.repeat(Math.ceil(MEGABYTE / piece.length));

const hostile: Readonly<Record<string, string>> = {
  'open tags': fill('<p '),
  'angle brackets': fill('<'),
  'closing tags': fill('</a'),
  'open comments': fill('<!--'),
  'open attributes': fill('<a b="'),
  'unclosed blocks': fill('<div><b>'),
  ampersands: fill('&'),
  entities: fill('&#x'),
  'named entities': fill('&amp'),
  blanks: `a${fill(' ')}b`,
  'blanks and tabs before line ends': fill('\t \n'),
  'line feeds': fill('\n'),
  'carriage returns': fill('\r'),
  'one line': fill('x'),
  'quotes and blank lines': fill('>\n\n'),
  attributions: fill('On Monday Ann wrote:\n>\n'),
  'a long attribution': `On ${fill('a ')} wrote:\n>`,
  rules: fill(`${'_'.repeat(40)}\n`),
  hyphens: `${fill('-')}x`,
  'hyphens alone on lines': fill('--\n'),
  sponsors: fill('Yahoo! Groups Sponsor\n'),
  'list links': `x\n${fill('http://a/mailman/listinfo/b\n')}`,
  'half a list link': `http://${fill('/mailman/listinfo')}`,
  'combining marks': `a${fill('\u0301')}`,
  'lone surrogates': fill('\uD800'),
  'zero-width characters': fill('\u200B\u2060'),
  words: fill('a '),
  NULs: fill('\0'),
  brackets: fill('('),
  'joiners after each other': fill('\u200D\u200C'),
  'emoji joined without end': fill('👩\u200D'),
  'flags without end': fill('🇰'),
  'half of mojibake': fill('Ã'),
  'bytes of mojibake': `Ã${fill('\u0083\u0082')}`,
  'mojibake without end': fill('Ã©'),
  'entities escaped without end': fill('&amp;amp;'),
  jamo: fill('ㅋ'),
  'suffixes in one word': `a${fill(").'")}`,
  dots: fill('.'),
  'half an address': fill('http://a.b@'),
  'a host without end': `http://${fill('a.')}`,
  hyphenation: fill('a-'),
  'emoticons in one word': fill(':)'),
  'digits and units': fill('1kg'),
  'different words': Array.from({ length: 150_000 }, (_, at) => at.toString(36)).join(' '),
};

const hostileMails: Readonly<Record<string, string>> = {
  'encoded words': `Subject: ${fill('=?utf-8?Q?=C3?= ').slice(0, MEGABYTE / 2)}\n\nbody`,
  'half encoded words': `Subject: ${fill('=?').slice(0, MEGABYTE / 2)}\n\nbody`,
  'a subject of question marks': `Subject: ${fill('=?a?Q?').slice(0, MEGABYTE / 2)}\n\nbody`,
  'parameters of a content type': `Content-Type: text/plain; ${fill('a="b\\";').slice(0, MEGABYTE / 2)}\n\nbody`,
  comments: `Content-Type: text/plain ${fill('(').slice(0, MEGABYTE / 2)}\n\nbody`,
  'boundaries that are none': `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${fill('--\n--b-\n')}`,
  'escapes that are none': `Content-Transfer-Encoding: quoted-printable\n\n${fill('=')}`,
  'broken base64': `Content-Transfer-Encoding: base64\n\n${fill('=A')}`,
  'headers without end': fill('X: y\n'),
  'a header without end': `X-${fill('y')}`,
  'a body of 5 MB in one line': `Subject: s\n\n${'x'.repeat(5 * MEGABYTE)}`,
};

const steps: CleaningStepSpec[] = cleaningSchema.parse({
  steps: [
    { step: 'decode-mail' },
    { step: 'strip-html' },
    { step: 'normalize-unicode', form: 'NFKC', privateUse: 'remove' },
    { step: 'repair-mojibake' },
    { step: 'decode-entities' },
    { step: 'replace-emoji', by: 'nothing', symbols: 'remove' },
    { step: 'shorten-runs', jamo: 2, punctuation: 3, letters: 3 },
    { step: 'lower-case' },
    { step: 'strip-quotes' },
    { step: 'strip-footers' },
    { step: 'remove-text', texts: ['aaaaaaaab', 'x*y'] },
    { step: 'drop-short', minimumWords: 1_000_001 },
    { step: 'deduplicate' },
  ],
}).steps;

describe('hostile text', () => {
  it.each(Object.keys(hostile))('passes every step when it is made of %s', async (kind) => {
    for (const mediaType of ['text/plain', 'text/html', 'message/rfc822']) {
      const recipe = createRecipe(steps.filter(({ step }) => step !== 'drop-short'));
      const outcome = await recipe.clean(collected(hostile[kind], mediaType));
      if (outcome.outcome === 'kept') expect(outcome.document.text.length).toBeLessThanOrEqual(2 * MEGABYTE);
      else expect(outcome.reason).toMatch(/^(?:not-a-mail|mail-too-complex)$/);
    }
  });

  it.each(Object.keys(hostile))('is judged by every quality filter when it is made of %s', async (kind) => {
    const filters = ['gopher-quality', 'gopher-repetition', 'c4-quality', 'c4-paragraphs', 'fineweb-quality'];
    for (const step of filters) {
      const recipe = createRecipe(cleaningSchema.parse({ steps: [{ step }] }).steps);
      await recipe.clean(collected(hostile[kind]));
      expect(recipe.funnel()[0].in).toBe(1);
    }
  });

  it.each(Object.keys(hostileMails))('is read or set aside when it is a mail of %s', async (kind) => {
    const outcome = await createRecipe(steps).clean(collected(hostileMails[kind], 'message/rfc822'));
    expect(outcome).toMatchObject({ outcome: 'dropped' }); // by its size of under a million words, if by nothing else
  });
});
