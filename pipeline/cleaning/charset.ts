// Bytes to text when the label may lie: the declared charset, then UTF-8, then Windows-1252 (WHATWG Encoding Standard).

// Damage that a declared multi-byte charset survives: mails of the nineties have a broken character here and there.
const TOLERATED_DAMAGE = 0.02;

// What Windows-1252 has at 0x80 to 0x9f, by the WHATWG index; five places hold the control characters of Latin-1.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

/** By table, since TextDecoder in Node 20 and 22 takes Windows-1252 for Latin-1, and a model must read alike on all of them. */
function decodeWindows1252(bytes: Uint8Array): string {
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin.replace(/[\u0080-\u009F]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]);
}

type Decoder = InstanceType<typeof TextDecoder>;

/** @returns a decoder, or nothing where no such charset exists. */
function decoderFor(label: string, fatal: boolean): Decoder | undefined {
  try {
    return new TextDecoder(label, { fatal });
  } catch {
    return undefined;
  }
}

function decodeStrictly(bytes: Uint8Array, label: string): string | undefined {
  try {
    const decoder = decoderFor(label, true);
    return decoder?.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder?.decode(bytes);
  } catch {
    return undefined; // the bytes are not in this charset
  }
}

/** A text of ASCII alone reads the same in every label that mails claim wrongly. */
function isSevenBit(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function damagedShare(text: string): number {
  let damaged = 0;
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) damaged += 1;
  return damaged / Math.max(1, text.length);
}

function decodeDeclared(bytes: Uint8Array, label: string): string | undefined {
  const strict = decodeStrictly(bytes, label);
  if (strict !== undefined) return strict;
  const lenient = decoderFor(label, false)?.decode(bytes);
  return lenient !== undefined && damagedShare(lenient) <= TOLERATED_DAMAGE ? lenient : undefined;
}

/**
 * Decodes bytes: as declared where that charset exists and fits, else as UTF-8, else as Windows-1252, which fits always.
 * @param declared a charset label, such as a mail states it; `us-ascii` over 8-bit bytes counts as undeclared
 */
export function decodeBytes(bytes: Uint8Array, declared = ''): string {
  const label = declared.trim().toLowerCase();
  const lies = /^(?:us-)?ascii$/.test(label) && !isSevenBit(bytes);
  const asDeclared = label === '' || lies ? undefined : decodeDeclared(bytes, label);
  return asDeclared ?? decodeStrictly(bytes, 'utf-8') ?? decodeWindows1252(bytes);
}
