// Lineage as people are shown it: from a version back to documents, and from a document to what saw it.
import { z } from 'zod';
import { artifactReferenceSchema, digestSchema } from './artifact.ts';
import {
  ledgerEntrySchema,
  routingDocumentSchema,
  versionDocumentSchema,
  versionNumberSchema,
  versionStates,
} from './registry.ts';

/** A document and where it came from. */
export const documentOriginSchema = z.object({
  id: z.string(),
  source: z.string(),
  uri: z.string(),
  digest: z.string(),
  collectedAt: z.string(),
});
export type DocumentOrigin = z.infer<typeof documentOriginSchema>;

const collectedDocumentsSchema = z.object({
  count: z.number().int(),
  /** How many of each source. */
  sources: z.record(z.string(), z.number().int()),
  /** As many as were asked for. */
  first: z.array(documentOriginSchema),
  /** Documents that were there and have been forgotten since. */
  forgotten: z.number().int(),
});
export type CollectedDocuments = z.infer<typeof collectedDocumentsSchema>;

/** A node of a lineage tree: an artifact, what made it, and what that was made from. */
export interface LineageTree {
  readonly role: string;
  readonly reference: z.infer<typeof artifactReferenceSchema>;
  readonly stage?: string | undefined;
  readonly step?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly metrics?: Record<string, number> | undefined;
  /** Of what a collection brought. */
  readonly documents?: CollectedDocuments | undefined;
  readonly repeated: boolean;
  readonly inputs: readonly LineageTree[];
}

const lineageTreeSchema: z.ZodType<LineageTree> = z.lazy(() =>
  z.object({
    role: z.string(),
    reference: artifactReferenceSchema,
    stage: z.string().optional(),
    step: z.string().optional(),
    endedAt: z.string().optional(),
    metrics: z.record(z.string(), z.number()).optional(),
    documents: collectedDocumentsSchema.optional(),
    repeated: z.boolean(),
    inputs: z.array(lineageTreeSchema),
  }),
);

export const versionLineageSchema = z.object({
  version: versionDocumentSchema,
  state: z.enum(versionStates),
  /** Who serves now. */
  routing: routingDocumentSchema.optional(),
  /** Ledger entries that moved the version in or out of traffic. */
  traffic: z.array(ledgerEntrySchema),
  tree: lineageTreeSchema,
});
export type VersionLineage = z.infer<typeof versionLineageSchema>;

const seenVersionSchema = z.object({
  model: z.string(),
  version: versionNumberSchema,
  state: z.enum(versionStates),
  retrainingDue: z.literal(true).optional(),
});
export type SeenVersion = z.infer<typeof seenVersionSchema>;

/** An artifact that saw what was asked for, and what was made of it. */
export interface LineageUse {
  readonly role: string;
  readonly kind: 'dataset' | 'checkpoint' | 'package' | 'report';
  readonly reference: z.infer<typeof artifactReferenceSchema>;
  readonly stage?: string | undefined;
  readonly step?: string | undefined;
  /** Runs that made it, or took it from the step cache. */
  readonly runs: readonly string[];
  readonly endedAt?: string | undefined;
  /** Versions of which it is the package. */
  readonly versions: readonly SeenVersion[];
  readonly repeated: boolean;
  readonly into: readonly LineageUse[];
}

const lineageUseSchema: z.ZodType<LineageUse> = z.lazy(() =>
  z.object({
    role: z.string(),
    kind: z.enum(['dataset', 'checkpoint', 'package', 'report']),
    reference: artifactReferenceSchema,
    stage: z.string().optional(),
    step: z.string().optional(),
    runs: z.array(z.string()),
    endedAt: z.string().optional(),
    versions: z.array(seenVersionSchema),
    repeated: z.boolean(),
    into: z.array(lineageUseSchema),
  }),
);

export const lineageUsesSchema = z.object({
  of: z.string(),
  /** `artifact` where a digest names one that the lineage knows. */
  kind: z.enum(['document', 'artifact']),
  /** Where it was found, each shard once. */
  documents: z.array(documentOriginSchema.extend({ shard: digestSchema })),
  /** It has been forgotten: what saw it is known, it itself is not. */
  forgottenAt: z.string().optional(),
  datasets: z.array(digestSchema),
  /** Weights, and the keys of checkpoints that trainings may go on from. */
  checkpoints: z.array(z.string()),
  versions: z.array(seenVersionSchema),
  tree: z.array(lineageUseSchema),
});
export type LineageUses = z.infer<typeof lineageUsesSchema>;
