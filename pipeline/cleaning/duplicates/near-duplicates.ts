// Near-duplicate search in memory: bands of MinHash signatures propose, exact Jaccard decides.
import { bandingFor, fillBandKeys } from './bands.ts';
import { createShingler } from './shingler.ts';
import type { ShingleOptions } from './shingles.ts';
import { createSigner, estimate, signatureLength } from './signature.ts';
import { createSimilarity } from './similarity.ts';

export interface DuplicateOptions extends ShingleOptions {
  /** Jaccard similarity from which two documents count as one, in (0, 1]. */
  readonly similarity: number;
}

/** Remembers documents and recognises those that repeat one of them. */
export interface NearDuplicateIndex {
  /**
   * Looks for a remembered document that is at least as similar as the threshold; remembers this one if there is none.
   * @returns the id of the earliest such document
   */
  readonly add: (id: string, text: string) => string | undefined;
}

interface Remembered {
  readonly id: string;
  readonly text: string;
  readonly signature: Int32Array;
}

/** Of 128 minima an estimate is off by more than four standard errors once in 16,000 times: what is so far below is not compared. */
export function leastEstimate(similarity: number): number {
  return similarity - 4 * Math.sqrt((similarity * (1 - similarity)) / signatureLength);
}

/**
 * Makes an empty index. It remembers the texts of documents that it keeps, so memory grows with them; a corpus that is too
 * large for that is compared by band files (`band-records.ts`).
 */
export function createNearDuplicateIndex({ similarity, ...shingles }: DuplicateOptions): NearDuplicateIndex {
  const banding = bandingFor(similarity);
  const shingle = createShingler(shingles);
  const sign = createSigner();
  const compared = createSimilarity();
  const least = leastEstimate(similarity);
  const signature = new Int32Array(signatureLength);
  const keys = new Uint32Array(2 * banding.bands);
  const kept: Remembered[] = [];
  const buckets = Array.from({ length: banding.bands }, () => new Map<number, number[]>());

  const findTwin = (text: string): Remembered | undefined => {
    const agreeing = new Set<number>();
    for (let band = 0; band < banding.bands; band += 1)
      for (const candidate of buckets[band].get(keys[2 * band]) ?? []) agreeing.add(candidate);
    const proposed = [...agreeing].filter((it) => estimate(kept[it].signature, signature) >= least);
    if (proposed.length === 0) return undefined;
    compared.hold(shingle(text));
    // Earliest first, so that of several twins the first is named.
    const twin = proposed
      .sort((left, right) => left - right)
      .find((it) => compared.to(shingle(kept[it].text)) >= similarity);
    return twin === undefined ? undefined : kept[twin];
  };

  const add = (id: string, text: string): string | undefined => {
    sign(shingle(text), signature);
    fillBandKeys(signature, banding, keys);
    const twin = findTwin(text);
    if (twin !== undefined) return twin.id;
    for (let band = 0; band < banding.bands; band += 1) {
      const bucket = buckets[band].get(keys[2 * band]);
      if (bucket === undefined) buckets[band].set(keys[2 * band], [kept.length]);
      else bucket.push(kept.length);
    }
    kept.push({ id, text, signature: signature.slice() });
    return undefined;
  };
  return { add };
}
