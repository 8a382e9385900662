// Documents as they travel: collected (raw, with its origin) and cleaned (text only). Stored as gzipped JSONL shards.
import { z } from 'zod';
import { digestSchema } from './artifact.ts';

const origin = {
  /** Unique within the model's collection: `<source name>/<name within the source>`. */
  id: z.string().min(1),
  source: z.string().min(1),
  uri: z.string(),
  /** Of the raw content as received. */
  digest: digestSchema,
  collectedAt: z.iso.datetime(),
  /** When the document says that it was made; absent where it does not say. */
  time: z.iso.datetime().optional(),
  licence: z.string().optional(),
};

/** Labels of harmful text that a step found and left to whoever learns from it. */
const marks = z.array(z.string()).readonly().optional();

/** A document as it was received. `content.data` is base64 where the bytes are not known to be UTF-8. */
export const collectedDocumentSchema = z.object({
  ...origin,
  content: z.object({
    mediaType: z.string().min(1),
    encoding: z.enum(['utf8', 'base64']),
    data: z.string(),
  }),
  /** Who wrote it: a pseudonym. */
  author: z.string().min(1).optional(),
  /** What its source says that it is. */
  label: z.string().min(1).optional(),
  marks,
});
export type CollectedDocument = z.infer<typeof collectedDocumentSchema>;

const offset = z.number().int().nonnegative();

/**
 * A stretch of a cleaned text: so many UTF-16 code units, made of those from `start` to `end` of the text as it was
 * collected. One that is as long as what it was made of was copied, unit by unit.
 */
const stretchSchema = z.tuple([offset, offset, offset]).readonly();
export type Stretch = z.infer<typeof stretchSchema>;

/** Stretch after stretch of a cleaned text; what lies between them in the text as collected was removed. */
const alignmentSchema = z.array(stretchSchema).readonly();
export type Alignment = z.infer<typeof alignmentSchema>;

const correctionSchema = z.object({ start: offset, before: z.string(), after: z.string() });
/** A change of a text: `after` stands at `start`, where `before` stood. */
export type Correction = z.infer<typeof correctionSchema>;

/** A document that passed cleaning: what the model reads, and no more. */
export const cleanDocumentSchema = z.object({
  ...origin,
  text: z.string(),
  marks,
  /** What was corrected, in the order of the text that the correction left; steps behind it may have moved it. */
  corrections: z.array(correctionSchema).readonly().optional(),
  /** Where offsets into the text as collected count, and cleaning has changed it. */
  alignment: alignmentSchema.optional(),
});
export type CleanDocument = z.infer<typeof cleanDocumentSchema>;

/** A label given by a person (or by traffic) to one document. A later line for the same document replaces an earlier one. */
export const documentLabelSchema = z.object({
  document: z.string().min(1),
  label: z.string().min(1),
  at: z.iso.datetime().optional(),
});
export type DocumentLabel = z.infer<typeof documentLabelSchema>;

/** A stretch of a document's text as it was collected, in UTF-16 code units; `end` is the first unit behind it. */
const labelledSpanSchema = z
  .object({ start: offset, end: offset, label: z.string().min(1) })
  .refine(({ start, end }) => start < end, 'expected an end behind the start');
export type LabelledSpan = z.infer<typeof labelledSpanSchema>;

/** What a person marked in one document: all of it, or nothing. Spans do not overlap. A later line replaces an earlier. */
export const spanLabelSchema = z.object({
  document: z.string().min(1),
  spans: z
    .array(labelledSpanSchema)
    .transform((spans) => spans.toSorted((a, b) => a.start - b.start))
    .refine(
      (spans) => spans.every(({ start }, at) => at === 0 || spans[at - 1].end <= start),
      'spans overlap',
    ),
  at: z.iso.datetime().optional(),
});
export type SpanLabel = z.infer<typeof spanLabelSchema>;
