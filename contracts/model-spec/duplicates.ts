// Cleaning steps that compare documents with what came before them.
import { z } from 'zod';

/** Drops near-duplicates of an earlier document: Jaccard similarity of shingles, proposed by MinHash. */
export const deduplicate = z.strictObject({
  step: z.literal('deduplicate'),
  shingleWords: z.number().int().min(1).max(16).default(4),
  /** Shingles of so many characters; absent: of words. */
  shingleCharacters: z.number().int().min(1).max(64).optional(),
  similarity: z.number().gt(0).max(1).default(0.5),
});

/** Drops documents that are an earlier one, blanks and Unicode's normal form aside. */
export const deduplicateExact = z.strictObject({ step: z.literal('deduplicate-exact') });

/** Takes out lines that stood before, anywhere in the corpus. */
export const deduplicateLines = z.strictObject({
  step: z.literal('deduplicate-lines'),
  unit: z.enum(['line', 'paragraph']).default('line'),
  /** Shorter ones stay, such as headings. */
  minimumCharacters: z.number().int().positive().default(20),
});
export type DeduplicateLinesSpec = z.infer<typeof deduplicateLines>;
