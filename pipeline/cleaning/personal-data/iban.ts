// International bank account numbers (ISO 13616): a country's length, and 1 modulo 97 (ISO/IEC 7064).
import type { Finder, Found } from './found.ts';

const BEGINNING = /(?<![A-Za-z\d])[A-Z]{2}\d{2}(?= ?[A-Z\d])/g;

// Of the SWIFT registry.
const LENGTHS =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
  'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
  'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
  'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30';
const lengths: ReadonlyMap<string, number> = new Map(
  LENGTHS.split(' ').map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The first four characters go to the end, letters count from 10. */
function isValid(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Finds them in capitals, with and without single blanks. */
export const findIbans: Finder = function* (text): Generator<Found> {
  for (const { index, 0: beginning } of text.matchAll(BEGINNING)) {
    const length = lengths.get(beginning.slice(0, 2));
    if (length === undefined) continue;
    let value = beginning;
    let end = index + beginning.length;
    while (value.length < length) {
      if (text[end] === ' ') end += 1;
      if (!/^[A-Z\d]$/.test(text.charAt(end))) break;
      value += text[end];
      end += 1;
    }
    if (value.length === length && !/^[A-Za-z\d]$/.test(text.charAt(end)) && isValid(value))
      yield { start: index, end, value };
  }
};
