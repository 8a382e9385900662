import { describe, expect, it } from 'vitest';
import { mailFolderSourceSchema } from '../../../contracts/model-spec/collection.ts';
import { createSource } from '../../../sources/create-source.ts';
import type { Source } from '../../../sources/source.ts';
import { collectAll, describeAll, lastCursor, temporaryFolder, writeFiles } from './support.ts';

function mails(folder: string, options: Record<string, unknown> = {}): Source {
  const spec = mailFolderSourceSchema.parse({ kind: 'mail-folder', name: 'inbox', path: folder, ...options });
  return createSource(spec, { baseDirectory: '/' });
}

const separator = 'From ann@example.org Thu Aug 22 13:17:22 2002\n';

const mailbox = (...bodies: string[]): string =>
  bodies.map((body, number) => `${separator}Subject: ${number}\n\n${body}\n`).join('\n');

async function texts(source: Source): Promise<string[]> {
  const items = await collectAll(source);
  return items.map((item) =>
    'document' in item
      ? Buffer.from(item.document.content.data, item.document.content.encoding).toString()
      : item.problem.reason,
  );
}

describe('mail-folder source', () => {
  it('brings one mail a file, as received, with the time at which it was sent', async () => {
    const folder = await temporaryFolder({
      '00001.eml': 'Subject: a\nDate: Sat, 17 Aug 2002 09:42:10 +0900 (KST)\n\nbody',
      '00002.eml': 'Subject: b\nDate: sometime\n\nDate: Sat, 17 Aug 2002 09:42:10 +0900',
      '00003.eml': 'Date: Sat, 17 Aug 99999 09:42:10 +0900\n\n',
      '00004.eml': Buffer.from('Subject: \xe9\n\n\0', 'latin1'),
    });
    const items = await collectAll(mails(folder));
    expect(items).toMatchObject([
      {
        document: {
          id: 'inbox/00001.eml',
          time: '2002-08-17T00:42:10.000Z',
          content: { mediaType: 'message/rfc822' },
        },
      },
      { document: { id: 'inbox/00002.eml' } },
      { document: { id: 'inbox/00003.eml' } },
      { document: { id: 'inbox/00004.eml', content: { encoding: 'base64' } } },
    ]);
    for (const item of items.slice(1)) expect(item).not.toHaveProperty('document.time');
  });

  it('sets aside what is no mail', async () => {
    const folder = await temporaryFolder({
      'a.gif': Buffer.from('GIF89a\0\0\0\0'),
      'b.eml': 'Subject: b\n\n',
      'c.eml': 'x'.repeat(200),
    });
    expect(await describeAll(mails(folder, { maximumFileBytes: 100 }))).toEqual([
      'a.gif: not a mail',
      'inbox/b.eml',
      'c.eml: larger than 100 bytes',
    ]);
  });

  it('splits mailboxes, takes back the quoting of separators, and is not misled by sentences', async () => {
    const folder = await temporaryFolder({
      archive: mailbox(
        'first\n\nFrom here on it is prose',
        '>From quoted\n>>From twice',
        'third\nFrom x@y Thu Aug 22 13:17:22 2002',
      ),
    });
    expect(await texts(mails(folder))).toEqual([
      'Subject: 0\n\nfirst\n\nFrom here on it is prose\n',
      'Subject: 1\n\nFrom quoted\n>From twice\n',
      'Subject: 2\n\nthird\nFrom x@y Thu Aug 22 13:17:22 2002\n',
    ]);
  });

  it('takes a file ending in .eml for one mail though it begins as a mailbox does', async () => {
    const text = mailbox('first', 'second');
    const folder = await temporaryFolder({ 'a.eml': text });
    expect(await texts(mails(folder))).toEqual([text]);
  });

  it('brings only the messages that a mailbox has gained', async () => {
    const folder = await temporaryFolder({ 'archive.mbox': mailbox('first', 'second') });
    const cursor = await lastCursor(mails(folder));
    await writeFiles(folder, {
      'archive.mbox': `${mailbox('first', 'second')}\n${separator}Subject: new\n\nthird\n`,
    });
    const before = await describeAll(mails(folder));
    expect(before).toHaveLength(3);
    expect(new Set(before).size).toBe(3);
    const items = await collectAll(mails(folder), cursor);
    expect(items).toMatchObject([{ document: { content: { data: 'Subject: new\n\nthird\n' } } }]);
  });

  it('sets aside a message that is too large and brings its neighbours', async () => {
    const folder = await temporaryFolder({
      box: mailbox('first', 'x'.repeat(100_000), 'y\n'.repeat(50_000), 'last'),
    });
    expect(await texts(mails(folder, { maximumFileBytes: 1_000 }))).toEqual([
      'Subject: 0\n\nfirst\n',
      'larger than 1000 bytes',
      'larger than 1000 bytes',
      'Subject: 3\n\nlast\n',
    ]);
  });
});
