import { describe, expect, it } from 'vitest';
import type { CorpusMail, MailLabel } from '../../../../examples/mail-filter/corpus.ts';
import { interleave, receiptTime, withoutDuplicates } from '../../../../examples/mail-filter/corpus.ts';

function mailOf(name: string, label: MailLabel, receivedAt: number, body = name): CorpusMail {
  return { name, label, receivedAt, bytes: Buffer.from(`Subject: s\n\n${body}`) };
}

describe('receiptTime', () => {
  it.each([
    [
      'the topmost Received header that has a date',
      'Received: by a\nReceived: from b by c; Thu,\n\t22 Aug 2002 13:17:21 +0100 (IST)\nReceived: x; Wed, 21 Aug 2002 00:00:00 +0000\nDate: Mon, 1 Jan 2001 00:00:00 +0000',
      '2002-08-22T12:17:21.000Z',
    ],
    [
      'Date where there is none',
      'Date: Mon, 1 Jan 2001 00:00:00 +0000\n\nReceived: x; Wed, 21 Aug 2002 00:00:00 +0000',
      '2001-01-01T00:00:00.000Z',
    ],
    ['the beginning of time where nothing says', 'Subject: x\n\n', '1970-01-01T00:00:00.000Z'],
  ])('is %s', (_, text, time) => {
    expect(new Date(receiptTime(Buffer.from(text))).toISOString()).toBe(time);
  });
});

describe('withoutDuplicates', () => {
  it('keeps the earliest of near-duplicates across folders, in the order of receipt', async () => {
    const words = 'one two three four five six seven eight nine ten';
    const mails = [
      mailOf('spam-1/late', 'spam', 30, `${words} eleven`),
      mailOf('easy-ham-1/other', 'ham', 20, 'nothing of the kind is written in this mail'),
      mailOf('spam-2/early', 'spam', 10, words),
    ];
    const kept = await withoutDuplicates(mails);
    expect(kept.map(({ name }) => name)).toEqual(['spam-2/early', 'easy-ham-1/other']);
  });
});

describe('interleave', () => {
  const mails = [
    ...Array.from({ length: 30 }, (_, at) => mailOf(`spam-1/${at}`, 'spam', 1_000 - at)),
    ...Array.from({ length: 80 }, (_, at) => mailOf(`easy-ham-1/${at}`, 'ham', at % 7)),
  ];

  it('holds the share of spam in every stretch and the order of receipt within each class', () => {
    const stream = interleave(mails, { spamShare: 0.21, length: 100 });
    expect(stream).toHaveLength(100);
    expect(new Set(stream).size).toBe(100);
    for (let end = 1; end <= 100; end += 1) {
      const spam = stream.slice(0, end).filter(({ label }) => label === 'spam').length;
      expect(Math.abs(spam - end * 0.21)).toBeLessThan(1);
    }
    for (const label of ['spam', 'ham']) {
      const times = stream.filter((mail) => mail.label === label).map(({ receivedAt }) => receivedAt);
      expect(times).toEqual([...times].sort((left, right) => left - right));
    }
  });

  it('says what is missing when a class is too small', () => {
    expect(() => interleave(mails, { spamShare: 0.5, length: 100 })).toThrow(
      'a stream of 100 mails needs 50 spam and 50 ham, there are 30 and 80',
    );
  });
});
