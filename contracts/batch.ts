// Batch prediction: what one version answers to every record of a dataset.
import { z } from 'zod';
import { artifactReferenceSchema } from './artifact.ts';
import { batchFormats, batchNameSchema, batchQuestionShape } from './model-spec/batches.ts';
import { versionNumberSchema } from './registry.ts';

const bucket = z.string().min(3).max(63);

/** Where the records are. */
const batchRecordsSchema = z.discriminatedUnion('kind', [
  /** A file that was left in the store; gzipped or not. */
  z.strictObject({ kind: z.literal('file'), file: artifactReferenceSchema, format: z.enum(batchFormats) }),
  /** All objects below a prefix whose names end as tables do: .jsonl, .jsonl.gz, .parquet. */
  z.strictObject({ kind: z.literal('objects'), bucket, prefix: z.string().max(900).default('') }),
  /** What the model's sources have brought since the last time. @see batchMarkKey */
  z.strictObject({ kind: z.literal('new-documents') }),
]);

export const batchQuestionSchema = z.strictObject(batchQuestionShape);
export type BatchQuestion = z.output<typeof batchQuestionSchema>;

export const batchRequestSchema = z.strictObject({
  model: z.string().min(1),
  /** Absent: the one in service when the batch starts. */
  version: versionNumberSchema.optional(),
  records: batchRecordsSchema,
  question: batchQuestionSchema,
  /** Of a batch that its model file describes: by it is known what was answered before. */
  name: batchNameSchema.optional(),
});
/** A batch as it is asked for. */
export type BatchRequest = z.output<typeof batchRequestSchema>;

/** One record, where it stands, and what is asked: a text, a document as it was collected; or why there is nothing to ask. */
export const batchRecordSchema = z
  .object({
    /** From 1; of a collected document absent. */
    line: z.number().int().optional(),
    /** The object that it stands in, where there are several. */
    file: z.string().optional(),
    id: z.union([z.string(), z.number()]).optional(),
  })
  .and(
    z.union([
      z.object({ text: z.string() }),
      z.object({
        content: z.object({ mediaType: z.string(), encoding: z.enum(['utf8', 'base64']), data: z.string() }),
      }),
      z.object({ problem: z.string() }),
    ]),
  );
export type BatchRecord = z.infer<typeof batchRecordSchema>;

/** Names in the directory that a batch leaves: a part a shard, and what the whole came to. */
export const batchFiles = { answers: 'answers/', problems: 'problems/', manifest: 'manifest.json' } as const;

const count = z.number().int().nonnegative();

/** How a batch stands. */
export const batchStatusSchema = z.object({
  /** Absent before it is known. */
  version: versionNumberSchema.optional(),
  shards: count,
  shardsDone: count,
  /** So far. */
  answered: count,
  setAside: count,
});
export type BatchStatus = z.infer<typeof batchStatusSchema>;

export const batchResultSchema = z.object({
  version: versionNumberSchema,
  /** A directory with the names of `batchFiles`. */
  output: artifactReferenceSchema,
  answered: count,
  setAside: count,
});
export type BatchResult = z.infer<typeof batchResultSchema>;

/** What stands in manifest.json; nothing in it depends on when or where the batch ran. */
export const batchManifestSchema = z.object({
  model: z.string(),
  version: versionNumberSchema,
  /** Of the version's package. */
  package: z.string(),
  question: batchQuestionSchema,
  answered: count,
  setAside: count,
  files: z.record(z.string(), artifactReferenceSchema),
});

/** A batch among others. */
export interface BatchSummary {
  readonly id: string;
  /** Of Temporal, such as `RUNNING`. */
  readonly state: string;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** A batch in full, as the control API tells it. */
export const batchViewSchema = z.object({
  id: z.string(),
  state: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  status: batchStatusSchema.optional(),
  result: batchResultSchema.optional(),
  /** Why it failed. */
  failure: z.string().optional(),
});
export type BatchView = z.infer<typeof batchViewSchema>;

export const storedRecordsSchema = z.object({ file: artifactReferenceSchema });
