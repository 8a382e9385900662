// Drops signatures (RFC 3676, section 4.3: a line of two hyphens) and what list servers append to every mail.
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const SIGNATURE = /^--\s?$/;
const LONGEST_SIGNATURE = 15; // lines; after that the hyphens were a rule between sections
const RULE = /^\s?[_=-]{20,}\s?$/;
const LIST_SERVER =
  /\bmailing list\b|\bto unsubscribe from (?:this (?:group|list)|the list)\b|\bsf\.net email is sponsored\b|\blistinfo\/|\byahoo! groups\b/i;
const LOOKAHEAD = 4; // lines after a rule in which the list server names itself
// Yahoo! Groups draw no rule above the footer. Spam says it in other words, which are left to the model.
const GROUP_FOOTER = /^to unsubscribe from this group, send an email to:$/i;
const LIST_LINK = /^https?:\/\/\S{1,200}\/mailman\/listinfo\/\S{1,100}$/;
const SPONSOR = /yahoo! groups sponsor/i;
const SPONSOR_LINES = 12;

/** Yahoo! Groups put an advertisement between two rules of hyphens ending in `~->`. */
function withoutSponsor(lines: string[]): string[] {
  const start = lines.findIndex((line) => SPONSOR.test(line));
  if (start < 0) return lines;
  const end = lines.findIndex(
    (line, at) => at > start && at <= start + SPONSOR_LINES && line.trimEnd().endsWith('~->'),
  );
  return end < 0 ? lines : [...lines.slice(0, start), ...lines.slice(end + 1)];
}

function startsListFooter(lines: readonly string[], at: number): boolean {
  if (GROUP_FOOTER.test(lines[at])) return at >= lines.length - LONGEST_SIGNATURE;
  return (
    RULE.test(lines[at]) && lines.slice(at + 1, at + 1 + LOOKAHEAD).some((line) => LIST_SERVER.test(line))
  );
}

/** A blank line, or the bare link to a list that some servers end a mail with. */
function endsWithNothing(line: string): boolean {
  return line.trim() === '' || LIST_LINK.test(line);
}

/** @returns the text up to its signature or list footer. */
function withoutFooters(text: string): string {
  const lines = withoutSponsor(text.split('\n'));
  const footer = lines.findIndex((_, at) => startsListFooter(lines, at));
  const body = footer < 0 ? lines : lines.slice(0, footer);
  while (body.length > 0 && endsWithNothing(body[body.length - 1])) body.pop();
  const signature = body.findLastIndex((line) => SIGNATURE.test(line));
  const isSignature = signature >= 0 && body.length - signature - 1 <= LONGEST_SIGNATURE;
  return (isSignature ? body.slice(0, signature) : body).join('\n');
}

/** Makes the step `strip-footers`. */
export function createStripFooters(): CleaningStep {
  return (document) => changeTo(document, withoutFooters(document.text));
}
