// Shapes of what a wiki's Action API answers (format version 2).
import { z } from 'zod';

const continueSchema = z.record(z.string(), z.union([z.string(), z.number()])).optional();
export const errorSchema = z.object({ code: z.string(), info: z.string().default('') });

export const siteSchema = z.object({
  query: z.object({
    general: z.object({ server: z.string(), articlepath: z.string(), time: z.string() }),
    namespaces: z.record(
      z.string(),
      z.object({ id: z.number(), name: z.string(), canonical: z.string().optional() }),
    ),
    namespacealiases: z.array(z.object({ id: z.number(), alias: z.string() })).default([]),
    rightsinfo: z.object({ url: z.string().default(''), text: z.string().default('') }),
    recentchanges: z.array(z.object({ revid: z.number() })),
  }),
});

export const listingSchema = z.object({
  continue: continueSchema,
  query: z
    .object({
      pages: z.array(
        z.object({ pageid: z.number(), lastrevid: z.number(), redirect: z.boolean().optional() }),
      ),
    })
    .default({ pages: [] }),
});

export const changesSchema = z.object({
  continue: continueSchema,
  query: z.object({ recentchanges: z.array(z.object({ pageid: z.number(), revid: z.number() })) }),
});

const revisionSchema = z.object({
  revid: z.number(),
  timestamp: z.string(),
  slots: z.object({
    main: z.object({ contentmodel: z.string().default('wikitext'), content: z.string().optional() }),
  }),
});
export const contentSchema = z.object({
  continue: continueSchema,
  query: z
    .object({
      pages: z.array(
        z.object({
          pageid: z.number(),
          title: z.string().default(''),
          missing: z.boolean().optional(),
          revisions: z.array(revisionSchema).optional(),
        }),
      ),
    })
    .default({ pages: [] }),
});
