// Postal addresses, as far as a rule tells them: Korean ones by road or by lot behind a city or a district, and those of the
// United States from a house's number to the ZIP code. Every quantifier has a bound, so that work grows with the text.
import type { Finder, Found } from './found.ts';

const PROVINCE =
  '(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청[남북]|전라[남북]|경상[남북]|충[남북]|전[남북]|경[남북]|제주)' +
  '(?:특별자치시|특별자치도|특별시|광역시|도|시)?';
const DISTRICT = '[가-힣]{1,5}[시군구]';
const REGION = `(?:${PROVINCE} (?:${DISTRICT} ){0,2}|(?:${DISTRICT} ){1,2})`;
const LOT = '\\d{1,4}(?:-\\d{1,4})?';
const BY_ROAD = `(?:[가-힣]{1,5}[읍면] )?[가-힣\\d·]{1,10}(?:로|길)(?: ?\\d{1,3}[가-힣]?길)? ?${LOT}`;
const BY_LOT = `(?:[가-힣]{1,5}[읍면] )?[가-힣\\d]{1,8}[동리가] (?:산 ?)?${LOT}(?:번지)?`;
const WITHIN =
  '(?:,? ?[가-힣A-Za-z\\d]{1,15}(?:아파트|빌라|오피스텔|타워|빌딩))?(?:,? ?\\d{1,4}동(?![가-힣]))?' +
  '(?:,? ?\\d{1,2}층)?(?:,? ?\\d{1,4}호)?(?: ?\\([가-힣\\d, ]{1,30}\\))?';
const KOREAN = new RegExp(`(?<![가-힣])${REGION}(?:${BY_ROAD}|${BY_LOT})(?!\\d)${WITHIN}`, 'g');

const STREET =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|Ter|Circle|Cir|' +
  'Parkway|Pkwy|Highway|Hwy|Square|Sq|Broadway)';
const NAME = "(?:[A-Z][A-Za-z']{0,20}\\.?|\\d{1,3}(?:st|nd|rd|th))";
const UNIT = '(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|#)\\.? ?[A-Za-z\\d-]{1,6})?';
const CITY = "[A-Z][A-Za-z.' -]{1,30}";
const AMERICAN = new RegExp(
  `(?<![\\w.,-])\\d{1,6} (?:${NAME} ){0,4}${STREET}\\b\\.?(?: [NSEW]{1,2}\\b)?${UNIT}[,\\n]? ?\\n?${CITY},? [A-Z]{2},? \\d{5}(?:-\\d{4})?(?!\\d)`,
  'g',
);

/** Finds `서울특별시 강남구 테헤란로 152, 3층` and `1600 Pennsylvania Avenue NW, Washington, DC 20500`. */
export const findAddresses: Finder = function* (text): Generator<Found> {
  for (const pattern of [KOREAN, AMERICAN]) {
    for (const { index, 0: written } of text.matchAll(pattern)) {
      const value = written.replace(/[\s,]+/g, ' ').toLowerCase();
      yield { start: index, end: index + written.length, value };
    }
  }
};
