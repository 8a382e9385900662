// Numbers of bank accounts. They have no form of their own, so they count beside a bank's name or a word for an account.
import type { Finder, Found } from './found.ts';
import { digitsOf } from './found.ts';

const BANK =
  '(?:국민|신한|우리|하나|기업|산업|농협|수협|제일|씨티|부산|대구|광주|전북|경남|제주|수출입)은행|' +
  '농협|수협|신협|우체국|새마을금고|(?:카카오|토스|케이)뱅크|KB국민|IBK기업|SC제일|NH농협|iM뱅크|' +
  'KB|IBK|Woori Bank|Shinhan|Hana Bank|Nonghyup|KakaoBank|Toss Bank|K bank';
const ACCOUNT = '계좌(?:\\s?번호)?|(?:account|acct)\\.?(?:\\s(?:number|no\\.?|#))?|routing number';
const BEHIND = new RegExp(`(?:${BANK}|${ACCOUNT})[^\\d\\n]{0,20}(\\d(?:[ -]?\\d){7,15})(?![\\d-])`, 'gi');
const BEFORE = new RegExp(`(?<![\\d-])(\\d{2,6}(?:-\\d{2,8}){1,3})[ (]{0,2}(?:${BANK})`, 'gi');
/** Digits of an account, hyphens or not: fewer are the year, a branch or an amount. */
const FEWEST_DIGITS = 8;

/** Finds `국민은행 123456-01-123456`, `110-123-456789 (신한은행)`, `account no. 12345678`. */
export const findBankAccounts: Finder = function* (text): Generator<Found> {
  for (const { index, 0: whole, 1: written } of text.matchAll(BEHIND)) {
    const end = index + whole.length;
    yield { start: end - written.length, end, value: digitsOf(written) };
  }
  for (const { index, 1: written } of text.matchAll(BEFORE)) {
    const value = digitsOf(written);
    if (value.length >= FEWEST_DIGITS) yield { start: index, end: index + written.length, value };
  }
};
