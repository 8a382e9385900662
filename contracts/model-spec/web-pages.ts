// Cleaning steps for pages of the web.
import { z } from 'zod';

/** Finds the main text of a page: without navigation, advertisements and whatever else stands around it. */
export const mainText = z.strictObject({ step: z.literal('main-text') });

/** Takes out lines that pages of one host repeat. */
export const stripRepeatedLines = z.strictObject({
  step: z.literal('strip-repeated-lines'),
  /** A line goes from a page on before which so many of the host had it. */
  pages: z.number().int().min(1).max(1_000).default(3),
});
