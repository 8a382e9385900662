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

/** A document as it was received. `content.data` is base64 where the bytes are not known to be UTF-8. */
export const collectedDocumentSchema = z.object({
  ...origin,
  content: z.object({
    mediaType: z.string().min(1),
    encoding: z.enum(['utf8', 'base64']),
    data: z.string(),
  }),
});
export type CollectedDocument = z.infer<typeof collectedDocumentSchema>;

/** A document that passed cleaning: what the model reads, and no more. */
export const cleanDocumentSchema = z.object({ ...origin, text: z.string() });
export type CleanDocument = z.infer<typeof cleanDocumentSchema>;

/** A label given by a person (or by traffic) to one document. A later line for the same document replaces an earlier one. */
export const documentLabelSchema = z.object({
  document: z.string().min(1),
  label: z.string().min(1),
  at: z.iso.datetime().optional(),
});
export type DocumentLabel = z.infer<typeof documentLabelSchema>;
