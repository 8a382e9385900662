// Golden numbers of tests/golden/make-generation.py.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const ids = z.array(z.number());

export const golden = z
  .object({
    processed: z.object({
      logits: z.array(z.number()),
      before: ids,
      cases: z.array(
        z.object({ options: z.record(z.string(), z.number()), scores: z.array(z.number().nullable()) }),
      ),
    }),
    greedy: z.array(z.object({ prompt: ids, repetitionPenalty: z.number(), ids })),
    beams: z.array(
      z.object({
        prompt: ids,
        beams: z.number(),
        lengthPenalty: z.number(),
        earlyStopping: z.union([z.boolean(), z.literal('never')]),
        endOfTextId: z.number().nullable(),
        repetitionPenalty: z.number(),
        found: z.array(z.object({ ids, score: z.number() })),
      }),
    ),
    surprises: z.object({
      ids,
      cases: z.array(z.object({ stride: z.number(), logProbabilities: z.array(z.number()) })),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/generation.json', import.meta.url), 'utf8')));
