// Fingerprints of texts that are the same but for blanks and Unicode's ways to write a character.
import { avalanche } from './shingles.ts';

/** @returns the text in NFC, each run of white space one blank, none at its ends */
function normalized(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

const HIGH_BITS = 21; // with the 32 below them what a double holds exactly

/**
 * A fingerprint of 53 bits: of a hundred million texts two different ones share one with a probability of about a half,
 * of a million with one in eighteen thousand.
 */
export function fingerprint(text: string): number {
  const plain = normalized(text);
  let high = 0x9e3779b1 ^ plain.length;
  let low = 0x811c9dc5;
  for (let at = 0; at < plain.length; at += 1) {
    const unit = plain.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ unit, 0x01000193);
  }
  return (avalanche(high ^ low) >>> (32 - HIGH_BITS)) * 2 ** 32 + avalanche(low + Math.imul(high, 31));
}
