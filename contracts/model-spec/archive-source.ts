// Papers: archives that tell of their papers, arXiv by its own interface and others by OAI-PMH.
import { z } from 'zod';
import { named, remote } from './source-fields.ts';

const address = z.url({ protocol: /^https?$/ });

/** Titles and abstracts of arXiv by a search, from the oldest on, and the papers themselves where asked for. */
export const arxivSourceSchema = z.strictObject({
  kind: z.literal('arxiv'),
  ...named,
  api: address.default('https://export.arxiv.org/api/query'),
  /** As arXiv writes it, such as `cat:cs.CL AND abs:Korean`. */
  query: z.string().min(1).max(1_000),
  /** The day to begin with. */
  since: z.iso.date().optional(),
  /** Whether each paper comes too, as a document of type `application/pdf`. */
  pdf: z.boolean().default(false),
  /** That one run brings; the next one goes on. */
  maximumPapers: z.number().int().positive().default(1_000),
  ...remote,
  /** As arXiv asks for. */
  delaySeconds: z.number().min(0).default(3),
});

/** Titles and abstracts of an archive that speaks OAI-PMH 2.0; later runs ask for what has changed. */
export const oaiPmhSourceSchema = z.strictObject({
  kind: z.literal('oai-pmh'),
  ...named,
  /** Such as `https://oaipmh.arxiv.org/oai`. */
  url: address,
  format: z.enum(['oai_dc', 'arXiv']).default('oai_dc'),
  /** Of the archive's sets; absent: all. */
  set: z
    .string()
    .regex(/^[\w:.!~*'()-]{1,200}$/)
    .optional(),
  since: z.iso.date().optional(),
  /** The day to end with. */
  until: z.iso.date().optional(),
  /** Whether papers come too whose PDF a record names, as documents of type `application/pdf`. */
  pdf: z.boolean().default(false),
  /** That one run brings; the next one goes on. */
  maximumRecords: z.number().int().positive().default(10_000),
  ...remote,
});
