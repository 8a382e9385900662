import { describe, expect, it } from 'vitest';
import { personalDataKinds, redactPersonalData } from '../../../../../contracts/model-spec/personal-data.ts';
import { identity, rangeInText } from '../../../../../pipeline/cleaning/alignment.ts';
import { createRedactPersonalData } from '../../../../../pipeline/cleaning/personal-data/redact-personal-data.ts';
import type { Verdict } from '../../../../../pipeline/cleaning/working-document.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { collected } from '../documents.ts';

const defaults = redactPersonalData.parse({ step: 'redact-personal-data' });

function verdict(text: string, options: Partial<typeof defaults> = {}): Verdict {
  const step = createRedactPersonalData({ ...defaults, ...options });
  return step(openDocument(collected(text))) as Verdict;
}

function redacted(text: string, options?: Partial<typeof defaults>): string {
  const it = verdict(text, options);
  return it.decision === 'change' ? it.text : text;
}

describe('redact-personal-data', () => {
  it.each([
    [
      'ann@example.org, ANN@Example.org and bob.b+x@mail.example.co.uk.',
      '[EMAIL_1], [EMAIL_1] and [EMAIL_2].',
    ],
    ['메일은hong@naver.com으로', '메일은[EMAIL_1]으로'],
    ['hong [at] naver [dot] com, hong골뱅이naver.com', '[EMAIL_1], [EMAIL_1]'],
    ['010-1234-5678, 01012345678, +82 10-1234-5678', '[PHONE_1], [PHONE_1], [PHONE_1]'],
    ['전화번호는010-1234-5678입니다', '전화번호는[PHONE_1]입니다'],
    ['010-1234-5678 02-345-6789', '[PHONE_1] [PHONE_2]'],
    ['(02) 345-6789 · 031 123 4567 · 070-1234-5678', '[PHONE_1] · [PHONE_2] · [PHONE_3]'],
    ['(212) 555-0123, 1-212-555-0123, +44 20 7946 0018', '[PHONE_1], [PHONE_1], [PHONE_2]'],
    ['900101-1234568', '[RESIDENT_NUMBER_1]'],
    ['9001011234568', '[RESIDENT_NUMBER_1]'],
    ['a foreigner: 900101-5234561', 'a foreigner: [RESIDENT_NUMBER_1]'],
    ['born after October 2020: 201005-3123456', 'born after October 2020: [RESIDENT_NUMBER_1]'],
    ['주민등록번호: 900101-1234567', '주민등록번호: [RESIDENT_NUMBER_1]'],
    ['900101-1******', '[RESIDENT_NUMBER_1]'],
    ['120-81-47521, 사업자등록번호 1208147521', '[BUSINESS_NUMBER_1], 사업자등록번호 [BUSINESS_NUMBER_1]'],
    ['4111 1111 1111 1111 2030', '[CARD_1] 2030'],
    ['4111-1111-1111-1111, 4111111111111111, 3782-822463-10005', '[CARD_1], [CARD_1], [CARD_2]'],
    ['DE89 3704 0044 0532 0130 00 BIC', '[IBAN_1] BIC'],
    ['GB82WEST12345698765432', '[IBAN_1]'],
    ['from 8.8.8.8 and 2a00:1450:4001:81b::200e', 'from [IP_ADDRESS_1] and [IP_ADDRESS_2]'],
    ['2a00:1450:4001:81b::200e, 2A00:1450:4001:081B:0:0:0:200E', '[IP_ADDRESS_1], [IP_ADDRESS_1]'],
    [
      '국민은행 123456-01-123456, 110-123-456789 (신한은행)',
      '국민은행 [BANK_ACCOUNT_1], [BANK_ACCOUNT_2] (신한은행)',
    ],
    ['Account number: 12345678', 'Account number: [BANK_ACCOUNT_1]'],
    ['서울특별시 강남구 테헤란로 152, 3층에서', '[ADDRESS_1]에서'],
    ['세종특별자치시 한누리대로 2130', '[ADDRESS_1]'],
    ['경기도 성남시 분당구 정자동 178-1번지', '[ADDRESS_1]'],
    ['1600 Pennsylvania Avenue NW, Washington, DC 20500', '[ADDRESS_1]'],
    ['742 Evergreen Terrace, Apt 2, Springfield, IL 62704-1234', '[ADDRESS_1]'],
  ])('turns %j into %j', (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([
    ['names of files and handles', 'icon@2x.png, a@b, @ann, 3@4, meet at noon dot com'],
    ['dates and times', '2024-11-30 12:30:45, 01.02.2024 10:00, 20241130'],
    ['numbers that are no phone', '0.1234567890, 1234567890, 110-012-345678, 000-1234-5678, 1-2-3-4-5-6-7-8'],
    ['a number that a company shares', '1588-1234'],
    ['a wrong check digit', '900101-1234567, 9001011234567, 120-81-47522, 4111111111111112'],
    ['an IBAN that is none', 'DE88370400440532013000, XX89370400440532013000'],
    ['days that do not exist', '주민등록번호 900230-1234567, 주민등록번호 901301-1234567'],
    ['milliseconds', '1700000000000'],
    ['a card number within a longer one', '41111111111111111111, 1.4111111111111111'],
    ['addresses that lead to nobody', '127.0.0.1 192.168.0.1 10.1.2.3 192.0.2.7 fe80::1 ::1 2001:db8::1'],
    [
      'versions, times and names in programs',
      'version 1.2.3.4, v1.2.3.4, 1.2.3.4.5, 300.1.1.1, 12:30:45, dead::beef',
    ],
    ['numbers beside no bank', '123456-01-123456, 110-123-456789'],
    ['Korean words that end like roads', '앞으로 3년, 별로 10번, 그대로 2개, 서울 구경 3일'],
    ['a street without a town', '3 Main Street shops, 100 Years War'],
  ])('leaves %s', (_, text) => {
    expect(redacted(text)).toBe(text);
  });

  it('gives a name that stands beside a mail the number of that mail, wherever else it stands', () => {
    expect(redacted('info@x.org\nFrom: Ann Other <ann@x.org>\n\nAnn Other wrote to Ann Othersson.')).toBe(
      '[EMAIL_1]\nFrom: [PERSON_2] <[EMAIL_2]>\n\n[PERSON_2] wrote to Ann Othersson.',
    );
    expect(redacted('홍길동(hong@example.com) 과장, 이메일(kim@example.com), 홍길동은')).toBe(
      '[PERSON_1]([EMAIL_1]) 과장, 이메일([EMAIL_2]), [PERSON_1]은',
    );
    expect(redacted('bob@x.org (Bob Stone)')).toBe('[EMAIL_1] ([PERSON_1])');
    expect(redacted('Contact <ann@x.org>, Ann <ann@x.org>')).toBe(
      'Contact <[EMAIL_1]>, [PERSON_1] <[EMAIL_1]>',
    );
  });

  it('redacts what it is told to, in the style that it is told', () => {
    const text = 'ann@x.org, 8.8.8.8, ann@x.org';
    expect(redacted(text, { kinds: ['ip-address'] })).toBe('ann@x.org, [IP_ADDRESS_1], ann@x.org');
    expect(redacted(text, { style: 'kind' })).toBe('[EMAIL], [IP_ADDRESS], [EMAIL]');
    expect(redacted(text, { style: 'mask' })).toBe('***@*.***, *.*.*.*, ***@*.***');
    expect(redacted('020 7946 0018, 010-1234-5678', { regions: ['GB'] })).toBe('[PHONE_1], 010-1234-5678');
  });

  it('counts pieces by kind, and finds nothing in what it has redacted', () => {
    const it = verdict('ann@x.org, bob@x.org, 8.8.8.8');
    expect(it).toMatchObject({ counts: { email: 2, 'ip-address': 1 } });
    expect(verdict(redacted('ann@x.org, bob@x.org, 8.8.8.8'))).toEqual({ decision: 'keep' });
  });

  it('says where its text comes from', () => {
    const text = 'ask ann@x.org in Paris';
    const document = { ...openDocument(collected(text)), alignment: identity(text.length) };
    const it = createRedactPersonalData(defaults)(document) as Verdict;
    if (it.decision !== 'change' || it.alignment === undefined) throw new Error('not traced');
    const range = rangeInText(it.alignment, { start: text.indexOf('Paris'), end: text.length });
    expect(it.text.slice(range?.start, range?.end)).toBe('Paris');
  });

  it('is refused where kinds or countries are unknown', () => {
    const parse = (more: object) => redactPersonalData.safeParse({ step: 'redact-personal-data', ...more });
    expect(parse({ kinds: ['shoe-size'] }).success).toBe(false);
    expect(parse({ regions: ['Korea'] }).error?.issues[0].message).toMatch(/ISO 3166/);
  });
});

// Beginnings of all that the patterns look for, again and again: quadratic work on this size would run into the time limit.
const beginnings = [
  ...[
    'a',
    '@',
    'a@',
    'a.',
    'a@a.',
    'a@b.co ',
    'a dot ',
    'a [at] ',
    '골뱅이',
    'A ',
    'Ann <',
    'Ann Other <a@b.co> ',
  ],
  ...[
    '홍길동(a@b.co) ',
    '1',
    '1 ',
    '1-',
    '1.',
    '0 ',
    '0(',
    '01 ',
    '02)',
    '+1',
    '+1 ',
    '212 555 ',
    '010-1234-5678 ',
  ],
  ...[
    '4',
    '4111 ',
    '900101-1',
    '900101-1234567 ',
    '주민번호',
    '주민등록번호 : ',
    '사업자번호',
    '12-12-12-',
    'DE89',
    'DE89 ',
  ],
  ...[
    'A1 ',
    '1.1.',
    'a:',
    '::',
    'a::1 ',
    '서울 ',
    '강남구 ',
    '가',
    '가로 1',
    '서울 강남구 ',
    '경기도 시 시 ',
    '산 ',
  ],
  ...['1 A ', '1 Ab Cd Ef St ', '1 Main St, Aaaa', '국민은행', '계좌 1', 'account ', '1-1', '\u2013'],
];

describe('hostile text', () => {
  it.each(beginnings)('is searched to its end when it is made of %j', (piece) => {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    const it = verdict(`${text}\nann@example.org`, { kinds: [...personalDataKinds] });
    expect(it.decision === 'change' && it.text.endsWith(']')).toBe(true);
  });
});
