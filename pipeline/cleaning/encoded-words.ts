// Encoded words of mail headers (RFC 2047), such as `=?iso-8859-1?Q?caf=E9?=`, with the charsets that mails invent.
import { decodeBytes } from './charset.ts';

const ENCODED_WORD = /=\?([^?\s]+)\?([QqBb])\?([^?]*)\?=/g;

/** Q encoding: underscores are spaces, `=XX` are bytes, everything else stands for itself. */
function decodeQ(text: string): Uint8Array {
  const spaced = text.replaceAll('_', ' ');
  const unescaped = spaced.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(unescaped, 'latin1');
}

interface Run {
  readonly charset: string;
  readonly bytes: Uint8Array[];
}

/**
 * Decodes the encoded words of a header value. White space between two of them is a fold and goes; neighbours in the
 * same charset are decoded together, since mailers cut characters in two.
 * @example decodeWords('=?utf-8?Q?caf=C3=A9?= now') → 'café now'
 */
export function decodeWords(value: string): string {
  const words = [...value.matchAll(ENCODED_WORD)];
  let text = '';
  let run: Run | undefined;
  let end = 0;
  const close = (): void => {
    if (run !== undefined) text += decodeBytes(Buffer.concat(run.bytes), run.charset);
    run = undefined;
  };
  for (const word of words) {
    const [whole, label, encoding, encoded] = word;
    const between = value.slice(end, word.index);
    const charset = label.split('*', 1)[0].toLowerCase(); // RFC 2231 adds a language after a star
    if (run === undefined || between.trim() !== '' || run.charset !== charset) {
      const adjacent = run !== undefined && between.trim() === '';
      close();
      if (!adjacent) text += between;
      run = { charset, bytes: [] };
    }
    run.bytes.push(encoding.toUpperCase() === 'B' ? Buffer.from(encoded, 'base64') : decodeQ(encoded));
    end = word.index + whole.length;
  }
  close();
  return text + value.slice(end);
}
