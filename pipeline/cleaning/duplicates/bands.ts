// Bands of signatures for locality-sensitive hashing (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, section
// 3.4): documents that agree in one band are compared. datasketch balances what is missed with what is compared in vain;
// here exact Jaccard follows, so a vain comparison costs time alone, and the bands are chosen to miss nearly nothing.
import { avalanche } from './shingles.ts';
import { signatureLength } from './signature.ts';

const MISSED = 0.01; // share of pairs just at the threshold that no band may propose

/** How a signature is cut. */
export interface Banding {
  readonly bands: number;
  readonly rows: number;
}

/**
 * The longest bands that still propose a pair at the threshold with probability 0.99.
 * @param similarity Jaccard, in (0, 1]
 */
export function bandingFor(similarity: number): Banding {
  for (let rows = signatureLength; rows > 1; rows -= 1) {
    const bands = Math.floor(signatureLength / rows);
    if ((1 - similarity ** rows) ** bands <= MISSED) return { bands, rows };
  }
  return { bands: signatureLength, rows: 1 };
}

/**
 * @param keys [2 × bands] is filled: two hashes of 32 bits a band, the band among what is hashed
 */
export function fillBandKeys(signature: Int32Array, { bands, rows }: Banding, keys: Uint32Array): void {
  for (let band = 0; band < bands; band += 1) {
    let high = band + 1;
    let low = ~band;
    for (let row = band * rows; row < (band + 1) * rows; row += 1) {
      high = avalanche(Math.imul(high, 31) ^ signature[row]);
      low = avalanche(Math.imul(low, 0x01000193) + signature[row]);
    }
    keys[2 * band] = high;
    keys[2 * band + 1] = low;
  }
}
