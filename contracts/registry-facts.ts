// What the control API tells whoever doubts the registry: what a version was made from, whether its ledger holds.
import { z } from 'zod';
import { versionDocumentSchema } from './registry.ts';
import { ledgerHeadSchema } from './trust.ts';

/** What a version was made from. */
export const provenanceSchema = z.object({
  version: versionDocumentSchema,
  spec: z.json(),
  /** As its lineage records them. */
  steps: z.array(
    z.object({
      step: z.string(),
      codeVersion: z.string(),
      parameters: z.json(),
      /** Digests by the role that they played. */
      inputs: z.record(z.string(), z.string()),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** What checking ledgers found, a model each. */
export const verificationSchema = z.array(
  z.object({
    model: z.string(),
    entries: z.number().int(),
    documents: z.number().int(),
    head: ledgerHeadSchema,
    problems: z.array(z.string()).readonly(),
  }),
);
export type Verification = z.infer<typeof verificationSchema>;
