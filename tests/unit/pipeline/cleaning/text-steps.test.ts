import { describe, expect, it } from 'vitest';
import type { CleaningStepSpec } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { collected } from './documents.ts';

async function run(step: CleaningStepSpec, text: string, mediaType?: string): Promise<string> {
  const outcome = await createRecipe([step]).clean(collected(text, mediaType));
  return outcome.outcome === 'kept' ? outcome.document.text : `dropped: ${outcome.reason}`;
}

describe('normalize-unicode', () => {
  const nfc: CleaningStepSpec = { step: 'normalize-unicode', form: 'NFC' };

  it('composes characters, unifies line ends and blanks, and drops what is invisible', async () => {
    expect(await run(nfc, 'e\u0301 \u200Ba\u00ADb\u00A0\u3000c \r\n\r\r\n\n\nd\u0000\u0007 ')).toBe(
      'é ab c\n\nd',
    );
  });

  it('keeps the joiners that emoji and Persian need', async () => {
    expect(await run(nfc, '👩\u200D💻 می\u200Cخواهم')).toBe('👩\u200D💻 می\u200Cخواهم');
  });

  it('folds full-width letters only where NFKC is asked for', async () => {
    expect(await run(nfc, 'ＦＲＥＥ')).toBe('ＦＲＥＥ');
    expect(await run({ step: 'normalize-unicode', form: 'NFKC' }, 'ＦＲＥＥ')).toBe('FREE');
  });

  it('composes jamo to Korean syllables', async () => {
    expect(await run(nfc, '\u1112\u1161\u11ab')).toBe('한');
  });
});

describe('strip-html', () => {
  it('undoes markup in HTML, and in text that is HTML all the same', async () => {
    expect(await run({ step: 'strip-html' }, 'a <b>bold</b> <word', 'text/html')).toBe('a bold');
    expect(await run({ step: 'strip-html' }, '<html><p>shown</p></html>')).toBe('shown');
  });

  it('leaves a plain text with angle brackets alone', async () => {
    expect(await run({ step: 'strip-html' }, 'if a < b, mail <ann@example.org>')).toBe(
      'if a < b, mail <ann@example.org>',
    );
  });
});

describe('strip-quotes', () => {
  it.each([
    ['my answer\n> your question\n>> older', 'my answer'],
    ['first\nOn Mon, 1 Jul 2002, Ann wrote:\n\n> question\nsecond', 'first\nsecond'],
    ['On Monday at nine,\nAnn Other <ann@example.org> writes:\n> question\nanswer', 'answer'],
    ['answer\n-----Original Message-----\nFrom: Ann\nSent: Monday\n\nbody', 'answer\nbody'],
    ['She wrote: nothing is quoted here', 'She wrote: nothing is quoted here'],
    ['5 > 4 stays', '5 > 4 stays'],
  ])('turns %j into %j', async (text, stripped) => {
    expect(await run({ step: 'strip-quotes' }, text)).toBe(stripped);
  });
});

describe('strip-footers', () => {
  const rule = '_'.repeat(47);

  it.each([
    ['body\n-- \nAnn Other\nExample Ltd', 'body'],
    [`body\n${rule}\nUsers mailing list\nhttp://lists.example.org/listinfo/users`, 'body'],
    ['body\n\nTo unsubscribe from this group, send an email to:\nx@y', 'body'],
    ['body\nhttp://xent.com/mailman/listinfo/fork\n', 'body'],
    ['-- Yahoo! Groups Sponsor --~-->\nBuy\n------_->\n---~->\nbody', 'body'],
    [`Summary\n${rule}\nText that goes on`, `Summary\n${rule}\nText that goes on`],
    ['To unsubscribe from our offers click here', 'To unsubscribe from our offers click here'],
  ])('turns %j into %j', async (text, stripped) => {
    expect(await run({ step: 'strip-footers' }, text)).toBe(stripped);
  });

  it('keeps a section that merely begins with two hyphens', async () => {
    const text = `intro\n--\n${'line\n'.repeat(40)}end`;
    expect(await run({ step: 'strip-footers' }, text)).toBe(text);
  });
});

describe('remove-text', () => {
  it('removes given strings in any case, and takes them literally', async () => {
    const step: CleaningStepSpec = { step: 'remove-text', texts: ['deathtospam', 'a.c*', '[x](y)/|'] };
    expect(await run(step, 'jm@DeathToSpam.example, a.c* but not abc, [x](y)/|')).toBe(
      'jm@.example,  but not abc, ',
    );
  });
});

describe('drop-short', () => {
  it('counts words of any script and drops below the minimum', async () => {
    const step: CleaningStepSpec = { step: 'drop-short', minimumWords: 3 };
    expect(await run(step, 'one — two!')).toBe('dropped: too-short');
    expect(await run(step, '나는 공원에 간다')).toBe('나는 공원에 간다');
    expect(await run(step, '')).toBe('dropped: too-short');
  });
});
