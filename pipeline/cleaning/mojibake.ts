// Text that was decoded by the wrong table, word by word: UTF-8 read as Windows-1252 ("Ã©" for "é", "ì•ˆë…•" for "안녕") and Korean
// EUC-KR read as Latin-1 ("¾È³ç" for "안녕"). A word is mended only if all that it has beyond ASCII was such bytes, and becomes what
// encodes to the same bytes again; the idea is that of ftfy (Speer 2019), the rules are ours and narrower.

/** What Windows-1252 makes of the bytes 0x80 to 0x9F; a dot where it has none, and decoders leave the control character. */
const UPPER_CONTROLS = '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ';

const byteOf = new Map<string, number>();
for (let byte = 0x80; byte <= 0xff; byte += 1) byteOf.set(String.fromCharCode(byte), byte);
for (const [at, character] of Array.from(UPPER_CONTROLS).entries())
  if (character !== '.') byteOf.set(character, 0x80 + at);

const CHARACTERS = `\\x80-\\xFF${UPPER_CONTROLS.replaceAll('.', '')}`;
/** What such bytes and ASCII were read as; a blank of no width to break is a byte too. */
const WORD = new RegExp(`[!-~${CHARACTERS}]+`, 'g');
/** A byte that leads a sequence of UTF-8, or a pair of EUC-KR, and one that may follow. */
const SUSPECT = new RegExp(`[\\xA1-\\xF4][${CHARACTERS}]`);
const LONGEST_WORD = 10_000; // units; more is none, and is left as it stands

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const eucKr = new TextDecoder('euc-kr', { fatal: true });

function decode(bytes: Uint8Array, decoder: typeof utf8): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const isContinuation = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf;

// Ellipsis, quotes and dashes, which may well stand behind a capital with an accent: CAFÉ…
const beside = [0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97];
const isSmallLetter = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;

/** Whether a word of such bytes is more likely mojibake than a word: two letters with accents in a row are rare. */
function isLikelyUtf8(bytes: Uint8Array): boolean {
  let sequences = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte < 0xc2 || !isContinuation(bytes[at + 1] ?? 0)) continue;
    if (byte <= 0xc3 || byte >= 0xe0) return true; // Latin letters and signs, or three bytes and more
    const [follows, next] = [bytes[at + 1], bytes[at + 2] ?? 0];
    if (follows < 0xa0 && !beside.includes(follows) && isSmallLetter(next)) return true; // a sign within a word
    sequences += 1;
  }
  return sequences > 1;
}

/** EUC-KR has its Hangul in the rows 0xB0 to 0xC8; hanja and signs are rare enough to tell nothing. */
function fromEucKr(bytes: Uint8Array): string | undefined {
  let syllables = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] < 0x80) continue;
    const [lead, trail] = [bytes[at], bytes[at + 1] ?? 0];
    if (lead < 0xb0 || lead > 0xc8 || trail < 0xa1 || trail > 0xfe) return undefined;
    syllables += 1;
    at += 1;
  }
  return syllables > 1 ? decode(bytes, eucKr) : undefined;
}

function mend(word: string): string {
  if (word.length > LONGEST_WORD || !SUSPECT.test(word)) return word;
  const bytes = new Uint8Array(word.length);
  for (let at = 0; at < word.length; at += 1) {
    const unit = word.charCodeAt(at);
    bytes[at] = unit < 0x80 ? unit : (byteOf.get(word[at]) ?? 0);
  }
  const decoded = isLikelyUtf8(bytes) ? decode(bytes, utf8) : undefined;
  return decoded ?? fromEucKr(bytes) ?? word;
}

const MOST_TIMES = 3; // wrongly decoded one after the other

/**
 * Mends a text once through.
 * @returns where words change, in their order
 */
export function* mojibakeIn(text: string): Generator<{ start: number; piece: string; by: string }> {
  if (!SUSPECT.test(text)) return;
  for (const { index: start, 0: piece } of text.matchAll(WORD)) {
    let by = mend(piece);
    for (let times = 1; times < MOST_TIMES && by !== piece; times += 1) by = by.replace(WORD, mend);
    if (by !== piece) yield { start, piece, by };
  }
}
