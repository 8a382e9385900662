// Low-rank adapters as a model file asks for them: names, and what goes without saying, are those of peft for GPT-2.
import { z } from 'zod';
import type { ArchitectureSpec } from './architecture.ts';

/** Layers of a GPT-2: queries, keys and values; the ends of attention and of the feed-forward part; the latter's beginning. */
const targets = ['c_attn', 'c_proj', 'c_fc'] as const;

export const loraSchema = z.strictObject({
  rank: z.number().int().positive().max(4_096).default(8),
  /** What adapters add is multiplied by alpha/rank. */
  alpha: z.number().positive().max(1e6).default(8),
  targets: z
    .array(z.enum(targets))
    .min(1)
    .refine((named) => new Set(named).size === named.length, 'expected each once')
    .default(['c_attn']),
});
type LoraSpec = z.infer<typeof loraSchema>;

/** @returns the narrowest side of the matrices that would be adapted: more than a product of such rank cannot say */
export function largestRank(
  { hiddenSize, intermediateSize = 4 * hiddenSize }: ArchitectureSpec,
  { targets: named }: LoraSpec,
): number {
  const inner = named.some((target) => target !== 'c_attn') ? intermediateSize : hiddenSize;
  return Math.min(hiddenSize, inner);
}
