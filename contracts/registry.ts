// What the registry remembers: versions, who serves, and the ledger of every change. All documents are immutable and
// signed; a change of routing is a new generation, never an edit.
import { z } from 'zod';
import { artifactReferenceSchema, digestSchema } from './artifact.ts';
import { modelNameSchema, modelSpecSchema } from './model-spec/model-spec.ts';
import { hyperparametersSchema } from './model-spec/search.ts';
import { servingPrecisions } from './model-spec/serving.ts';

export const versionNumberSchema = z.number().int().positive();

/** Why a run was started. */
export const triggerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), name: z.string() }),
  z.object({ kind: z.literal('schedule'), schedule: z.string() }),
  z.object({ kind: z.literal('alert'), alert: z.string(), fingerprint: z.string(), startsAt: z.string() }),
  /** Versions in service saw what was forgotten; see contracts/forgetting.ts. */
  z.object({ kind: z.literal('forgetting'), forgetting: z.string() }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

/** A version: what was made, from what, how it was judged. Written once. */
export const versionDocumentSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  createdAt: z.iso.datetime(),
  runId: z.string(),
  trigger: triggerSchema,
  /** The version it was trained on from; absent where it started from random weights. */
  basedOn: versionNumberSchema.optional(),
  spec: artifactReferenceSchema,
  /** Those that a search found, by path below the spec's `training`; absent: all are as the spec has them. */
  hyperparameters: hyperparametersSchema.optional(),
  /** How it is served and was judged; absent: float32. */
  precision: z.enum(servingPrecisions).optional(),
  /**
   * Directory: config.json, model.safetensors, tokenizer.json, preprocessing.json, decision.json; model.int8.safetensors
   * where it is served in int8.
   */
  package: artifactReferenceSchema,
  report: artifactReferenceSchema,
  /** JSON of the verdict on the gates. */
  evidence: artifactReferenceSchema,
  /** Lineage records (digests of `lineage` artifacts) of the stages that made it. */
  lineage: z.array(artifactReferenceSchema),
  metrics: z.record(z.string(), z.number()),
});
export type VersionDocument = z.infer<typeof versionDocumentSchema>;

/** A version on its way into traffic. */
export const challengerSchema = z.object({
  version: versionNumberSchema,
  /** Names the experiment; assignment is a hash of it and the subject. */
  experiment: z.string().min(1),
  mode: z.enum(['shadow', 'canary']),
  /** Share of subjects that the challenger answers, 0 in shadow. */
  trafficFraction: z.number().min(0).max(1),
  /** Index of the step, for estimates that are stratified by step. */
  step: z.number().int().nonnegative(),
  /** Each request draws its arm anew; absent: a subject is always answered by the same one. */
  design: z.literal('interleaved').optional(),
  /** Of several versions at once: the further ones; the share is that of each. */
  others: z.array(versionNumberSchema).min(1).max(3).optional(),
  /** Of several versions at once: those that left it. Their subjects are answered by the champion, and enter no test. */
  left: z.array(versionNumberSchema).min(1).max(3).optional(),
});
export type Challenger = z.infer<typeof challengerSchema>;

/** Who serves a model. Alias and traffic are one document, so they cannot disagree. */
export const routingDocumentSchema = z.object({
  model: modelNameSchema,
  /** Grows by one with each change; a gateway refuses an older one. */
  generation: z.number().int().positive(),
  at: z.iso.datetime(),
  champion: versionNumberSchema.optional(),
  previous: versionNumberSchema.optional(),
  challenger: challengerSchema.optional(),
  /** Versions that automation may not deploy again. */
  quarantined: z.array(versionNumberSchema),
});
export type RoutingDocument = z.infer<typeof routingDocumentSchema>;

/** A spec as it was applied: opaque here, so that an entry keeps its hash when the model file learns new words. */
const appliedSpecSchema = z.record(z.string(), z.json());

/** @returns the versions that are on their way into traffic together, the first one first */
export function challengersOf(routing: Pick<RoutingDocument, 'challenger'> | undefined): number[] {
  const { challenger } = routing ?? {};
  return challenger ? [challenger.version, ...(challenger.others ?? [])] : [];
}

/** A change of the registry as it is asked for. */
export const registryChangeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('register'),
    version: versionDocumentSchema.omit({ version: true, createdAt: true }),
  }),
  /** A spec becomes the one that the model's next runs and rollouts follow. */
  z.object({ kind: z.literal('apply'), spec: appliedSpecSchema, reference: artifactReferenceSchema }),
  z.object({ kind: z.literal('promote'), version: versionNumberSchema }),
  z.object({
    kind: z.literal('challenge'),
    challenger: challengerSchema,
    /** A person brings back a version that automation may not deploy again. */
    overrideQuarantine: z.boolean().optional(),
  }),
  /** Takes the challenger out of traffic without a judgement on it. */
  z.object({ kind: z.literal('withdraw'), version: versionNumberSchema }),
  /** Back to the version before, or only the challenger out of traffic; the bad version is quarantined. */
  z.object({ kind: z.literal('rollback'), version: versionNumberSchema }),
  /** These versions saw a document that was forgotten, and so did those that were trained on from them. */
  z.object({
    kind: z.literal('mark-for-retraining'),
    versions: z.array(versionNumberSchema).min(1),
    /** The forgetting that asks for it: a digest, never what was forgotten. */
    forgetting: z.string(),
  }),
]);
export type RegistryChange = z.infer<typeof registryChangeSchema>;

export const registryCommitSchema = z.object({
  model: modelNameSchema,
  /** Makes a retried commit the same commit: the same key never writes twice. */
  idempotencyKey: z.string().min(1),
  /** Who or what: a workflow id or a person. */
  actor: z.string().min(1),
  reason: z.string().min(1),
  evidence: z.array(digestSchema).default([]),
  /** The commit fails with RegistryConflict where the routing has another generation; absent: any. */
  expectedGeneration: z.number().int().nonnegative().optional(),
  change: registryChangeSchema,
});
export type RegistryCommit = z.input<typeof registryCommitSchema>;

/** One entry of a model's ledger. `hash` covers everything but itself and the signature, with the entry before. */
export const ledgerEntrySchema = z.object({
  model: modelNameSchema,
  sequence: z.number().int().positive(),
  at: z.iso.datetime(),
  actor: z.string(),
  reason: z.string(),
  evidence: z.array(digestSchema),
  idempotencyKey: z.string(),
  change: registryChangeSchema,
  /** What the change produced. */
  result: z.object({
    version: versionDocumentSchema.optional(),
    routing: routingDocumentSchema.optional(),
    spec: z.object({ revision: z.number().int().positive() }).optional(),
  }),
  previousHash: z.string(),
  hash: z.string(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** A revision of a model's spec, as its next runs and rollouts follow it. */
export const storedSpecSchema = z.object({
  model: modelNameSchema,
  revision: z.number().int().positive(),
  at: z.iso.datetime(),
  /** Who stored it. */
  by: z.string().min(1),
  spec: modelSpecSchema,
  /** The same spec as an artifact, for lineage and version documents. */
  reference: artifactReferenceSchema,
});
export type StoredSpec = z.infer<typeof storedSpecSchema>;

/** An ed25519 signature over the canonical JSON of `document`. */
export const signedSchema = <T extends z.ZodType>(document: T) =>
  z.object({ document, keyId: z.string(), signature: z.string() });
export interface Signed<T> {
  readonly document: T;
  readonly keyId: string;
  /** Base64. */
  readonly signature: string;
}

/** What became of a version, derived from the ledger. */
export const versionStates = [
  'registered',
  'shadow',
  'canary',
  'champion',
  'retired',
  'rolled-back',
] as const;
export type VersionState = (typeof versionStates)[number];

/** Why something was started, for people. */
export function describeTrigger(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'person':
      return `a request of ${trigger.name}`;
    case 'schedule':
      return `the schedule ${trigger.schedule}`;
    case 'alert':
      return `the alert ${trigger.alert}`;
    case 'forgetting':
      return `the forgetting ${trigger.forgetting.slice(0, 12)}`;
  }
}

/** How people write a version: `mail-filter@2`. */
export function formatVersion(model: string, version: number): string {
  return `${model}@${version}`;
}

/** @returns undefined where the text is not `<model>@<number>`. */
export function parseVersion(text: string): { model: string; version: number } | undefined {
  const match = /^([a-z][a-z0-9-]{0,62})@([1-9][0-9]*)$/.exec(text);
  return match ? { model: match[1], version: Number(match[2]) } : undefined;
}
