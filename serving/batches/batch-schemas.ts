// Files and batches in the shapes of the OpenAI API.
import { z } from 'zod';

/** Requests of one batch; OpenAI has the same bound. */
export const maximumRequests = 50_000;

export const endpoints = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/classifications',
] as const;

const seconds = z.number().int().describe('Since 1970.');

export const fileSchema = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.number().int(),
  created_at: seconds,
  filename: z.string(),
  purpose: z.enum(['batch', 'batch_output']),
  status: z.literal('processed'),
});
export type BatchFile = z.infer<typeof fileSchema>;

const metadataSchema = z
  .record(z.string().max(64), z.string().max(512))
  .refine((it) => Object.keys(it).length <= 16, 'expected 16 members at most');

export const createBatchSchema = z.strictObject({
  input_file_id: z.string().min(1).max(100),
  endpoint: z.enum(endpoints),
  completion_window: z.literal('24h', { error: 'expected 24h' }),
  metadata: metadataSchema.nullish(),
});

/** Those that have come to an end. */
export const endedStatuses = ['failed', 'completed', 'cancelled', 'expired'] as const;

export const batchSchema = z.object({
  id: z.string(),
  object: z.literal('batch'),
  endpoint: z.enum(endpoints),
  input_file_id: z.string(),
  completion_window: z.literal('24h'),
  status: z.enum(['validating', 'in_progress', 'cancelling', ...endedStatuses]),
  created_at: seconds,
  expires_at: seconds,
  in_progress_at: seconds.nullable(),
  completed_at: seconds.nullable(),
  failed_at: seconds.nullable(),
  cancelling_at: seconds.nullable(),
  cancelled_at: seconds.nullable(),
  expired_at: seconds.nullable(),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  errors: z
    .object({
      object: z.literal('list'),
      data: z.array(
        z.object({
          code: z.string(),
          message: z.string(),
          line: z.number().int().nullable(),
          param: z.null(),
        }),
      ),
    })
    .nullable(),
  request_counts: z.object({
    total: z.number().int(),
    completed: z.number().int(),
    failed: z.number().int(),
  }),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type Batch = z.infer<typeof batchSchema>;

/** A line of the input. */
export const requestLineSchema = z.strictObject({
  custom_id: z.string().min(1).max(256),
  method: z.literal('POST'),
  url: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type RequestLine = z.infer<typeof requestLineSchema>;

export const pageQuerySchema = z.object({
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
