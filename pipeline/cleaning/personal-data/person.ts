// Names of persons, where they stand beside their address of mail: `Ann Other <ann@example.org>`, `홍길동(hong@example.com)`.
// Such a name counts wherever else it stands in the document. Names without a mail are a model's task, not a rule's.
import type { Found } from './found.ts';

/** A name, and the mail that says whose it is. */
export interface NamedMail {
  readonly name: string;
  readonly mail: string;
}

const WORD = "\\p{Lu}[\\p{L}'’.-]{0,20}";
const LATIN = `${WORD}(?: ${WORD}){0,3}`;
const BEFORE = new RegExp(`(?<![\\p{L}'’.-])(${LATIN}|[가-힣]{2,4})"?(?: ?님)? ?[<(] ?(?:mailto:)?$`, 'u');
const BEHIND = new RegExp(`^>? ?\\((${LATIN}|[가-힣]{2,4})(?: ?님)?\\)`, 'u');
const LONGEST = 110; // characters of a name with what parts it from its mail

const SURNAMES =
  '김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모';
/** What stands before a mail in brackets, and begins like a name. */
const NO_NAMES = new Set(
  [
    '이메일',
    '메일',
    '문의',
    '문의처',
    '연락처',
    '주소',
    '전자우편',
    '전자메일',
    '담당자',
    '제출처',
    '신청',
    '성명',
    '지원',
    '하기',
  ].concat([
    '고객센터',
    '홍보팀',
    '지원팀',
    '인사팀',
    '기획팀',
    '전산팀',
    '공지',
    '안내',
    '소속',
    '기자',
    '우편',
    '주최',
  ]),
);

/** One word alone is a name where the mail says so too. */
function isName(name: string, mail: string): boolean {
  if (/^[가-힣]/.test(name)) return SURNAMES.includes(name[0]) && !NO_NAMES.has(name);
  return name.includes(' ') || mail.split('@', 1)[0].includes(name.toLowerCase());
}

/** @returns the names beside the mails */
export function namesOf(text: string, mails: readonly Found[]): NamedMail[] {
  return mails.flatMap(({ start, end, value: mail }) => {
    const before = BEFORE.exec(text.slice(Math.max(0, start - LONGEST), start))?.[1];
    const name = before ?? BEHIND.exec(text.slice(end, end + LONGEST))?.[1];
    return name !== undefined && isName(name, mail) ? [{ name, mail }] : [];
  });
}

const LATIN_WORD = /(?<![\p{L}\p{N}_])\p{Lu}[\p{L}'’.-]*/gu;
const HANGUL = /(?<![가-힣])[가-힣]{2,}/g;
const MOST_WORDS = 4;
const LONGEST_HANGUL = 4;

/**
 * Finds names wherever they stand, in one pass over the text however many they are.
 * @param names as `namesOf` found them
 */
export function* findNames(text: string, names: ReadonlySet<string>): Generator<Found> {
  if (names.size === 0) return;
  const words = [...text.matchAll(LATIN_WORD)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
  for (const [at, { start }] of words.entries()) {
    for (let last = Math.min(words.length, at + MOST_WORDS) - 1; last >= at; last -= 1) {
      const { end } = words[last];
      const value = end - start > LONGEST ? '' : text.slice(start, end);
      if (!names.has(value)) continue;
      yield { start, end, value };
      break;
    }
  }
  for (const { index, 0: run } of text.matchAll(HANGUL)) {
    for (let length = LONGEST_HANGUL; length >= 2; length -= 1) {
      const value = run.slice(0, length);
      if (value.length < length || !names.has(value)) continue;
      yield { start: index, end: index + length, value };
      break;
    }
  }
}
