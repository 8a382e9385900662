// Batches by the clock: what the model's sources have brought, or what lies in a bucket, answered by the version in service.
import { z } from 'zod';
import { cronProblem } from './cron.ts';

/** How records are read, and answers written. */
export const batchFormats = ['jsonl', 'parquet'] as const;
export type BatchFormat = (typeof batchFormats)[number];

export const batchNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'expected lower-case letters, digits and hyphens, a letter first, 40 at most',
  );

/** How each record is asked. */
export const batchQuestionShape = {
  /** The member of a record that holds its text. */
  field: z.string().min(1).max(200).default('text'),
  /** Of a language model: what it is asked, with the record's text in the place of `{text}`. */
  template: z
    .string()
    .max(20_000)
    .refine((it) => it.includes('{text}'), 'expected {text} somewhere in it')
    .default('{text}'),
  /** Of a language model: tokens of an answer at most. */
  maximumTokens: z.number().int().min(1).max(4_096).default(64),
  /** Of a language model: 0 takes the likeliest token each time. */
  temperature: z.number().min(0).max(2).default(0),
  /** Equal seeds draw equal answers. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  /** Of the answers. */
  output: z.enum(batchFormats).default('jsonl'),
} as const;

const scheduledBatchSchema = z.strictObject({
  name: batchNameSchema,
  /** A cron expression of five fields, in UTC. */
  schedule: z.string().superRefine((expression, context) => {
    const message = cronProblem(expression);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
  /** Objects below a prefix, all of them each time; absent: documents that the model's sources have brought since. */
  objects: z
    .strictObject({ bucket: z.string().min(3).max(63), prefix: z.string().max(900).default('') })
    .optional(),
  ...batchQuestionShape,
});

export const batchesSchema = z
  .array(scheduledBatchSchema)
  .max(20)
  .refine(
    (batches) => new Set(batches.map(({ name }) => name)).size === batches.length,
    'expected distinct names',
  );

export type ScheduledBatch = z.output<typeof scheduledBatchSchema>;
