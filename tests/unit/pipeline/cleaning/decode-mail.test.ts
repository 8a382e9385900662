import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { collected, mail } from './documents.ts';

async function read(bytes: Uint8Array): Promise<string> {
  const outcome = await createRecipe([{ step: 'decode-mail' }]).clean(collected(bytes, 'message/rfc822'));
  return outcome.outcome === 'kept' ? outcome.document.text : `dropped: ${outcome.reason}`;
}

const alternative = (plain: string, html: string): Buffer =>
  mail(
    'Subject: both',
    'Content-Type: multipart/alternative; boundary="=_x"',
    '',
    'preamble',
    '--=_x',
    'Content-Type: text/plain',
    '',
    plain,
    '--=_x',
    'Content-Type: text/html; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    html,
    '--=_x--',
    'epilogue',
  );

describe('decode-mail', () => {
  it('reads subject and body, and nothing else', async () => {
    const secrets = [
      'ann@secret.example',
      'relay.secret.example',
      '17 Aug 2002',
      'SecretMailer',
      'spam-folder',
      'SecretWord',
    ];
    const bytes = mail(
      'From ann@secret.example  Thu Aug 22 13:17:22 2002',
      'Return-Path: <ann@secret.example>',
      'Received: from relay.secret.example by x; Sat, 17 Aug 2002 09:42:10 +0900',
      'From: "SecretWord" <ann@secret.example>',
      'Subject: The =?utf-8?Q?subject?=',
      ' goes on',
      'Date: Sat, 17 Aug 2002 09:42:10 +0900',
      'X-Mailer: SecretMailer',
      'X-Folder: spam-folder',
      'List-Id: SecretWord',
      'Content-Type: text/plain; name="SecretWord"',
      '',
      'The body.',
    );
    const text = await read(bytes);
    expect(text).toBe('The subject  goes on\nThe body.');
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('lets no header of any part through, whatever its name', async () => {
    const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,15}$/).filter((name) => {
      return !/^(?:subject|content-.*|mime-version|from)$/i.test(name);
    });
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 8 }), async (names) => {
        const secret = names.map((name) => `${name}: Zq9secret`);
        const bytes = mail(
          ...secret,
          'Subject: s',
          'Content-Type: multipart/mixed; boundary=b',
          '',
          '--b',
          ...secret,
          '',
          'shown',
          '--b',
          'Content-Type: message/rfc822',
          '',
          ...secret,
          'Subject: inner',
          '',
          'inside',
          '--b--',
        );
        expect(await read(bytes)).toBe('s\nshown\ninner\ninside');
      }),
    );
  });

  it('decodes transfer encodings and charsets', async () => {
    const quoted = mail(
      'Subject: =?ISO-8859-1?Q?=A1Hola!?=',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: Quoted-Printable',
      '',
      'ma=F1ana=20=',
      'soft',
      '100=25 =zz',
    );
    expect(await read(quoted)).toBe('¡Hola!\nmañana soft\r\n100% =zz');
    const base64 = mail(
      'Content-Type: text/plain; charset=euc-kr',
      'Content-Transfer-Encoding: base64',
      '',
      'x9G*x2w==',
      '',
    );
    expect(await read(base64)).toBe('\n한글');
  });

  it('takes one representation of an alternative: the plain one, unless it is only a note', async () => {
    expect(await read(alternative('The offer of today', '<p>The offer of <b>today</b></p>'))).toBe(
      'both\nThe offer of today',
    );
    const long = `<p>${'much more text '.repeat(20)}caf=E9</p>`;
    expect(await read(alternative('See HTML', long))).toBe(`both\n${'much more text '.repeat(20)}café`);
    expect(await read(alternative('', '<p>only here</p>'))).toBe('both\nonly here');
  });

  it('ignores attachments, pictures and delivery reports with their headers', async () => {
    const bytes = mail(
      'Subject: report',
      'Content-Type: multipart/report; boundary=b',
      '',
      '--b',
      '',
      'Could not be delivered.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; secret.example',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      'From: secret@example.org',
      '--b',
      'Content-Type: text/plain; name=notes.txt',
      'Content-Disposition: attachment; filename=notes.txt',
      '',
      'attached',
      '--b',
      'Content-Type: image/gif',
      'Content-Transfer-Encoding: base64',
      '',
      'R0lGODlh',
      '--b--',
    );
    expect(await read(bytes)).toBe('report\nCould not be delivered.');
  });

  it('reads a mail without headers as a body, and one without a body as its subject', async () => {
    expect(await read(Buffer.from('just text\nno header anywhere'))).toBe('\njust text\nno header anywhere');
    expect(await read(Buffer.from('\nbody after an empty header block'))).toBe(
      '\nbody after an empty header block',
    );
    expect(await read(mail('Subject: alone'))).toBe('alone\n');
    expect(await read(Buffer.alloc(0))).toBe('\n');
  });

  it('reads 8-bit garbage under a charset that does not exist', async () => {
    const bytes = mail(
      'Subject: gru\xdf',
      'Content-Type: text/plain; charset=DEFAULT_CHARSET',
      '',
      '\xc0\xff\xfe \x80',
    );
    expect(await read(bytes)).toBe('gruß\nÀÿþ €');
  });

  it('reads HTML alone, and a broken content type as plain text', async () => {
    expect(await read(mail('Content-type: TEXT/HTML', '', '<h1>Hi</h1><p>there'))).toBe('\nHi\nthere');
    expect(await read(mail('Content-Type: text/plain charset=us-ascii', '', 'body'))).toBe('\nbody');
    expect(await read(mail('Content-Type: nonsense', '', 'body'))).toBe('\nbody');
  });

  it('reads multiparts that are never closed, that name no boundary, or that hold nothing', async () => {
    expect(await read(mail('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'open'))).toBe(
      '\nopen',
    );
    expect(await read(mail('Subject: s', 'Content-Type: multipart/mixed', '', 'text'))).toContain('s\n');
    expect(await read(mail('Subject: s', 'Content-Type: multipart/mixed; boundary=b', '', '--b--'))).toBe(
      's\n',
    );
  });

  it('drops bytes that are no mail, and mails of more parts than anyone writes', async () => {
    expect(await read(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]))).toBe('dropped: not-a-mail');
    const nested = Array.from({ length: 400 }, (_, depth) => [
      `Content-Type: multipart/mixed; boundary=b${depth}`,
      '',
      `--b${depth}`,
    ]).flat();
    expect(await read(mail('Subject: deep', ...nested, '', 'core'))).toBe('dropped: mail-too-complex');
  });

  it('keeps NULs in a body for the steps that follow', async () => {
    expect(await read(mail('Subject: s', '', 'a\0b'))).toBe('s\na\0b');
  });

  it('leaves documents alone that are no mails', async () => {
    const outcome = await createRecipe([{ step: 'decode-mail' }]).clean(
      collected('Subject: not a mail\n\nbody'),
    );
    expect(outcome).toMatchObject({ outcome: 'kept', document: { text: 'Subject: not a mail\n\nbody' } });
  });

  it('answers something for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(typeof (await read(bytes))).toBe('string');
        expect(
          typeof (await read(
            Buffer.concat([Buffer.from('Content-Type: multipart/mixed; boundary=-\n\n---\n'), bytes]),
          )),
        ).toBe('string');
      }),
    );
  });
});
