// Drops what a reply repeats: quoted lines, the line that says whose they are, and the header block of a forwarded mail.
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const QUOTED = /^\s{0,3}>/;
const ATTRIBUTION_END = /(?:\b(?:wrote|writes|said|says|schrieb|écrit)|작성|썼습니다)\s?:$/i;
const ORIGINAL_MESSAGE = /^\s?-{2,}\s?(?:original|forwarded|원본)\b.{0,40}$/i;
const REPEATED_HEADER = /^\s{0,3}(?:from|to|cc|sent|date|subject|보낸 사람|받는 사람|날짜|제목)\s?:/i;
const LONGEST_ATTRIBUTION = 240; // characters; longer lines are prose that happens to end so

function endsAttribution(line: string): boolean {
  return line.length <= LONGEST_ATTRIBUTION && ATTRIBUTION_END.test(line.trimEnd());
}

const BLANK_LINES = 2; // between an attribution and its quotation, at most

/** Takes back an attribution that stands before a quotation, over two lines where the mailer has folded it. */
function dropAttribution(kept: string[]): void {
  const above = kept.slice(-1 - BLANK_LINES).findLastIndex((line) => line.trim() !== '');
  const last = Math.max(0, kept.length - 1 - BLANK_LINES) + above;
  if (above < 0 || !endsAttribution(kept[last])) return;
  const folded = last > 0 && !/^\s?on\s/i.test(kept[last]) && /^\s?on\s/i.test(kept[last - 1]);
  kept.length = folded ? last - 1 : last;
}

/** @returns the text without quotations. */
function withoutQuotes(text: string): string {
  const kept: string[] = [];
  let within: 'own' | 'quotation' | 'repeated-headers' = 'own';
  for (const line of text.split('\n')) {
    if (QUOTED.test(line)) {
      if (within !== 'quotation') dropAttribution(kept);
      within = 'quotation';
    } else if (ORIGINAL_MESSAGE.test(line)) {
      within = 'repeated-headers';
    } else if (within === 'repeated-headers' && (line.trim() === '' || REPEATED_HEADER.test(line))) {
      continue;
    } else {
      within = 'own';
      kept.push(line);
    }
  }
  return kept.join('\n');
}

/** Makes the step `strip-quotes`. */
export function createStripQuotes(): CleaningStep {
  return (document) => changeTo(document, withoutQuotes(document.text));
}
