// The text of a page when what is said about its charset may be wrong: its mark, the header, the page itself, UTF-8, and
// what pages in Korean were written in before it. The first in which the bytes make sense counts.
import { decodeBytes } from '../../pipeline/cleaning/charset.ts';

const LOOK = 1_024; // bytes in which a page must say it (HTML standard, 4.2.5.4)
const META = /<meta[^>]{0,200}?charset\s{0,10}=\s{0,10}["']?\s{0,10}([\w.:-]{1,40})/i;
const KOREAN = /<html[^>]{0,200}?\slang\s{0,10}=\s{0,10}["']?ko\b/i;

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return undefined;
}

function fits(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // no such charset, or not in it
  }
}

const HANGUL = /[\uAC00-\uD7A3]/g;
const FOREIGN = /[^\0-\x7F]/g;
const SHARE = 0.6; // of what is no ASCII; in Western text that happens to fit it is a character here and there

/** Whether bytes that no label explains are Korean as it was written before UTF-8 (EUC-KR with its extension, CP949). */
function looksKorean(bytes: Uint8Array): boolean {
  if (!fits(bytes, 'euc-kr')) return false;
  const text = new TextDecoder('euc-kr').decode(bytes);
  const foreign = text.match(FOREIGN)?.length ?? 0;
  return (text.match(HANGUL)?.length ?? 0) > foreign * SHARE;
}

/** @returns the charset of a `Content-Type` */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
}

/**
 * Decodes a page.
 * @param declared the charset of its `Content-Type`
 */
export function decodePage(bytes: Uint8Array, declared: string | undefined): string {
  const head = Buffer.from(bytes.subarray(0, LOOK)).toString('latin1');
  const own = META.exec(head)?.[1];
  // Windows-1252 fits everything, so a page that names it is believed only if it is not UTF-8.
  const named = [markOf(bytes), declared, own].filter((label) => label !== undefined);
  const certain = named.filter(
    (label) => !/^(?:windows-1252|iso-8859-1|latin1|us-ascii|ascii)$/i.test(label),
  );
  const found =
    [...certain, 'utf-8'].find((label) => fits(bytes, label)) ??
    (KOREAN.test(head) || looksKorean(bytes) ? 'euc-kr' : undefined);
  return decodeBytes(bytes, found ?? named.at(0));
}

const ENCODING = /^\s{0,100}<\?xml[^<>]{0,200}?\sencoding\s{0,10}=\s{0,10}["']([\w.:-]{1,40})/;

/** Decodes XML: by the header, by what it says itself, and else as a page. */
export function decodeXml(bytes: Uint8Array, contentType: string): string {
  const own = ENCODING.exec(Buffer.from(bytes.subarray(0, 512)).toString('latin1'))?.[1];
  return decodePage(bytes, charsetOf(contentType) ?? own);
}
