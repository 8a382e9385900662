// From the parts of a mail to its text: one representation of each alternative, markup undone, attachments ignored.
import { decodeBytes } from './charset.ts';
import { htmlToText } from './html-to-text.ts';
import type { MailPart } from './mail-tree.ts';

// A plain part this many times shorter than the markup beside it is a note such as "your reader shows no HTML".
const NOTE_FACTOR = 4;

const markup = new Set(['text/html', 'text/enriched']);

function alternativeText(parts: readonly MailPart[]): string {
  const texts = parts.map((part) => ({ isPlain: part.type === 'text/plain', text: bodyText(part) }));
  const plain = texts.find(({ isPlain, text }) => isPlain && text.trim() !== '')?.text ?? '';
  const others = texts.filter(({ isPlain }) => !isPlain).map(({ text }) => text);
  const richest = others.reduce((best, text) => (text.length > best.length ? text : best), '');
  return plain.length * NOTE_FACTOR >= richest.length ? plain : richest;
}

/** A mail within a mail counts with its subject and body, as any mail does. */
function bodyText(part: MailPart): string {
  if (part.attached) return '';
  if (part.type === 'multipart/alternative') return alternativeText(part.parts);
  if (part.type === 'message/rfc822') return part.parts.map(mailText).join('\n');
  if (part.parts.length > 0)
    return part.parts
      .map(bodyText)
      .filter((text) => text.trim() !== '')
      .join('\n');
  if (part.type === 'text/plain') return decodeBytes(part.bytes, part.charset);
  if (markup.has(part.type)) return htmlToText(decodeBytes(part.bytes, part.charset));
  return ''; // pictures, signatures, delivery reports, and text/rfc822-headers, which would let headers in
}

/**
 * The text of a mail.
 * @returns `subject + "\n" + body`
 */
export function mailText(mail: MailPart): string {
  return `${mail.subject}\n${bodyText(mail)}`;
}
