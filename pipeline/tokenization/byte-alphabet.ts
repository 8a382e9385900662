// The 256 characters that stand for bytes in byte-level tokenizers (Radford et al. 2019, section 2.2; GPT-2's
// `bytes_to_unicode`): printable Latin-1 for itself, every other byte as the next character from U+0100 on.

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);

/** [256] the character of each byte. */
export const byteCharacters: readonly string[] = characters();

function characters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    if (isPrintable(byte)) return String.fromCharCode(byte);
    next += 1;
    return String.fromCharCode(next - 1);
  });
}

/** Characters in the order in which a vocabulary lists them: by code point. */
export const byteAlphabet: readonly string[] = byteCharacters.toSorted();
