// A preference study: people say which of two answers to a prompt they prefer, without knowing whose they are.
import { z } from 'zod';

export const studyNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, 63 at most');

const text = z.string().max(20_000);
const person = z.string().trim().min(1).max(100);

/** A prompt, and what each system answered. */
export const studyItemSchema = z.strictObject({
  id: z.string().min(1).max(200),
  prompt: text,
  /** By the name of the system. */
  answers: z
    .record(z.string().min(1).max(100), text)
    .refine((answers) => Object.keys(answers).length >= 2, 'expected the answers of two systems or more'),
});
export type StudyItem = z.infer<typeof studyItemSchema>;

export const studySchema = z.strictObject({
  version: z.literal(1),
  name: studyNameSchema,
  at: z.iso.datetime(),
  by: person,
  /** Shown to whoever judges. */
  instructions: z.string().max(4_000),
  items: z.array(studyItemSchema).min(1).max(10_000),
});
export type PreferenceStudy = z.infer<typeof studySchema>;

/** What somebody asks for; the rest is added. */
export const studyRequestSchema = studySchema
  .omit({ version: true, at: true })
  .superRefine(({ items }, context) => {
    const seen = new Set<string>();
    for (const [place, { id }] of items.entries()) {
      if (seen.has(id))
        context.addIssue({
          code: 'custom',
          path: ['items', place, 'id'],
          message: `a second item has the id ${id}`,
        });
      seen.add(id);
    }
  });
export type StudyRequest = z.infer<typeof studyRequestSchema>;

/** One word of one person; a later one on the same comparison takes its place. */
export const judgementSchema = z.strictObject({
  item: z.string().min(1),
  /** Names of the systems. */
  pair: z.tuple([z.string(), z.string()]),
  /** The system that was preferred; null where neither was. */
  preferred: z.string().nullable(),
  by: person,
  at: z.iso.datetime(),
});
export type PreferenceJudgement = z.infer<typeof judgementSchema>;

/** What a person is shown next; whose answers they are is not told. */
export const nextComparisonSchema = z.object({
  /** Absent where the person has judged everything. */
  comparison: z
    .object({ item: z.string(), prompt: z.string(), left: z.string(), right: z.string() })
    .optional(),
  instructions: z.string(),
  /** Comparisons that this person has judged, of all that there are. */
  judged: z.number().int(),
  of: z.number().int(),
});
export type NextComparison = z.infer<typeof nextComparisonSchema>;

export const judgementRequestSchema = z.strictObject({
  item: z.string().min(1),
  /** Both answers as they were shown, by which the server knows whose they are. */
  left: text,
  right: text,
  preferred: z.enum(['left', 'right', 'neither']),
  by: person,
});
export type JudgementRequest = z.infer<typeof judgementRequestSchema>;

const interval = z.object({ low: z.number(), high: z.number(), confidence: z.number() });
export const studyScoresSchema = z.object({
  judgements: z.number().int(),
  systems: z.array(
    z.object({
      system: z.string(),
      /** On the Elo scale, 1,000 in the mean of the systems. */
      points: z.number(),
      interval: interval.nullable(),
      preferred: z.number().int(),
      ties: z.number().int(),
      judged: z.number().int(),
    }),
  ),
  /** Of two people's judgements of one comparison, the share that say the same. */
  agreement: z.number().nullable(),
});
export type StudyScores = z.infer<typeof studyScoresSchema>;

export const studyStateSchema = z.object({
  name: z.string(),
  at: z.string(),
  by: z.string(),
  items: z.number().int(),
  people: z.array(z.string()),
  scores: studyScoresSchema,
});
export type StudyState = z.infer<typeof studyStateSchema>;

/** A line of the export: what preference tuning reads. */
export const preferencePairSchema = z.object({
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  by: z.string(),
});
export type PreferencePair = z.infer<typeof preferencePairSchema>;
