// Labels by vote: of people, of rules, of functions, of a classifier.
import { z } from 'zod';

const words = z.array(z.string().min(1).max(200)).max(10_000);

const rule = z.strictObject({
  /** By which it has a weight. */
  name: z.string().min(1).max(100),
  label: z.string().min(1),
  /** Words or phrases, one of which must be in the text, in any case. */
  words: words.min(1),
  /** Words or phrases none of which may be there. */
  unless: words.default([]),
});

export const labelVotes = z
  .strictObject({
    kind: z.literal('label-votes'),
    /** A folder, or a file, of JSON lines of `{ document, label, annotator }`. */
    path: z.string().min(1).optional(),
    /** Label functions in words: each votes where it applies, and abstains elsewhere. */
    rules: z.array(rule).max(1_000).default([]),
    /** A module with label functions of one's own, made by `defineLabelFunctions`. */
    functions: z.string().min(1).optional(),
    /** A file that `coppice train-filter` wrote: votes for its likeliest label, by the name `classifier`. */
    classifier: z.string().min(1).optional(),
    /** Least probability of a label that the classifier votes for. */
    classifierThreshold: z.number().gt(0).max(1).default(0.5),
    /** By the name of an annotator, a rule, a function, or `classifier`; 1 where there is none. */
    weights: z.record(z.string(), z.number().nonnegative()).default({}),
    minimumVotes: z.number().int().positive().default(1),
    /** Of labels with the same weight the first one of these; otherwise a tie labels nothing. */
    ties: z.array(z.string().min(1)).default([]),
  })
  .superRefine(({ path, rules, functions, classifier }, context) => {
    if ([path, functions, classifier].every((it) => it === undefined) && rules.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['path'],
        message: 'expected people, rules, functions or a classifier to vote',
      });
    if (new Set(rules.map(({ name }) => name)).size < rules.length)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'expected distinct names' });
  });
export type LabelVotesSpec = z.infer<typeof labelVotes>;
