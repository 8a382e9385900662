// Against datasketch 2.0.0 and sets of shingles in Python; tests/golden/make-near-duplicates.py made the file.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bandingFor } from '../../../../../pipeline/cleaning/duplicates/bands.ts';
import { createNearDuplicateIndex } from '../../../../../pipeline/cleaning/duplicates/near-duplicates.ts';
import { createShingler } from '../../../../../pipeline/cleaning/duplicates/shingler.ts';
import {
  createSigner,
  estimate,
  signatureLength,
} from '../../../../../pipeline/cleaning/duplicates/signature.ts';
import { createSimilarity } from '../../../../../pipeline/cleaning/duplicates/similarity.ts';

const golden = z
  .object({
    characters: z.number(),
    threshold: z.number(),
    bands: z.number(),
    rows: z.number(),
    pairs: z.array(
      z.object({
        left: z.string(),
        right: z.string(),
        jaccard: z.number(),
        estimate: z.number(),
        proposed: z.boolean(),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../../../../golden/near-duplicates.json', import.meta.url), 'utf8')),
  );
const options = { shingleCharacters: golden.characters, similarity: golden.threshold };
const shingle = createShingler(options);

function signatureOf(text: string): Int32Array {
  const signature = new Int32Array(signatureLength);
  createSigner()(shingle(text), signature);
  return signature;
}

describe('near-duplicates beside datasketch', () => {
  it('finds the similarity that comparing the shingles themselves gives', () => {
    const { hold, to } = createSimilarity();
    for (const { left, right, jaccard } of golden.pairs) {
      hold(shingle(left));
      expect(to(shingle(right))).toBeCloseTo(jaccard, 10);
    }
  });

  it('cuts signatures as the file was made for', () => {
    expect(bandingFor(golden.threshold)).toEqual({ bands: golden.bands, rows: golden.rows });
  });

  it('estimates within four standard errors of 128 permutations, as datasketch does', () => {
    for (const { left, right, jaccard: exact, estimate: theirs } of golden.pairs) {
      const ours = estimate(signatureOf(left), signatureOf(right));
      const bound = 4 * Math.sqrt((exact * (1 - exact)) / signatureLength) + 1e-9;
      expect(Math.abs(theirs - exact)).toBeLessThanOrEqual(bound);
      expect(Math.abs(ours - exact)).toBeLessThanOrEqual(bound);
    }
  });

  it('decides as datasketch does whose proposals are held against the similarity', () => {
    const decided = golden.pairs.map(({ left, right }) => {
      const index = createNearDuplicateIndex(options);
      index.add('left', left);
      return index.add('right', right) === 'left';
    });
    const theirs = golden.pairs.map((it) => it.proposed && it.jaccard >= golden.threshold);
    expect(decided).toEqual(theirs);
    expect(decided.filter(Boolean).length).toBeGreaterThan(10);
  });
});
