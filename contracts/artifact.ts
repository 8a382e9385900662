// What moves between stages: references to immutable bytes, never the bytes. An OCI content descriptor
// (opencontainers/image-spec, descriptor.md) with our own media types.
import { z } from 'zod';

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256:<64 hex digits>');

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = z.infer<typeof digestSchema>;

export const artifactReferenceSchema = z.object({
  digest: digestSchema,
  mediaType: z.string().min(1),
  sizeBytes: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).default({}),
});

/** Names immutable bytes in the store by their digest. */
export type ArtifactReference = z.infer<typeof artifactReferenceSchema>;

/** A directory as one artifact: file name → reference. Stored as canonical JSON under its own digest. */
export const directoryManifestSchema = z.object({
  files: z.record(z.string().min(1), artifactReferenceSchema),
});
export type DirectoryManifest = z.infer<typeof directoryManifestSchema>;

/** The media types that Coppice writes. The layout of each is stated where it is written. */
export const mediaTypes = {
  directory: 'application/vnd.coppice.directory.v1+json',
  documents: 'application/vnd.coppice.documents.v1+jsonl+gzip',
  labels: 'application/vnd.coppice.labels.v1+jsonl+gzip',
  jsonLines: 'application/jsonl+gzip',
  parquet: 'application/vnd.apache.parquet',
  tokenizer: 'application/vnd.huggingface.tokenizer+json',
  safetensors: 'application/vnd.huggingface.safetensors',
  /** Sorted, of numbers of 32 bits: pipeline/cleaning/duplicates/records.ts. */
  records: 'application/vnd.coppice.records.v1',
  checkpoint: 'application/vnd.coppice.checkpoint.v1',
  tokens: 'application/vnd.coppice.tokens.v1',
  json: 'application/json',
  lineage: 'application/vnd.coppice.lineage.v1+json',
  html: 'text/html; charset=utf-8',
} as const;
