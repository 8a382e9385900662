// Near-duplicate search in memory: bands of MinHash signatures propose, exact Jaccard decides.
import { bandingFor, fillBandKeys } from './bands.ts';
import { createShingler } from './shingler.ts';
import { distinct, jaccard, type ShingleOptions } from './shingles.ts';
import { createSigner, signatureLength } from './signature.ts';

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
  /** Sorted, once it has been compared. */
  set?: Uint32Array;
}

/**
 * Makes an empty index. It remembers the texts of documents that it keeps, so memory grows with them; a corpus that is too
 * large for that is compared by band files (`band-records.ts`).
 */
export function createNearDuplicateIndex({ similarity, ...shingles }: DuplicateOptions): NearDuplicateIndex {
  const banding = bandingFor(similarity);
  const shingle = createShingler(shingles);
  const sign = createSigner();
  const signature = new Int32Array(signatureLength);
  const keys = new Uint32Array(2 * banding.bands);
  const kept: Remembered[] = [];
  const buckets = Array.from({ length: banding.bands }, () => new Map<number, number[]>());

  const setOf = (document: Remembered): Uint32Array => (document.set ??= distinct(shingle(document.text)));

  /** Earliest first, so that of several twins the first is named. */
  const findTwin = (document: Remembered): Remembered | undefined => {
    const proposed = new Set<number>();
    for (let band = 0; band < banding.bands; band += 1) {
      for (const candidate of buckets[band].get(keys[2 * band]) ?? []) proposed.add(candidate);
    }
    const candidate = [...proposed]
      .sort((left, right) => left - right)
      .find((it) => jaccard(setOf(kept[it]), setOf(document)) >= similarity);
    return candidate === undefined ? undefined : kept[candidate];
  };

  const add = (id: string, text: string): string | undefined => {
    sign(shingle(text), signature);
    fillBandKeys(signature, banding, keys);
    const document: Remembered = { id, text };
    const twin = findTwin(document);
    if (twin !== undefined) return twin.id;
    for (let band = 0; band < banding.bands; band += 1) {
      const bucket = buckets[band].get(keys[2 * band]);
      if (bucket === undefined) buckets[band].set(keys[2 * band], [kept.length]);
      else bucket.push(kept.length);
    }
    kept.push(document);
    return undefined;
  };
  return { add };
}
