// The cleaning step that finds harmful text, and the file of a classifier that it may ask.
import { z } from 'zod';
import { digestSchema } from '../artifact.ts';

/** What the lists of Coppice tell apart; a classifier may have labels of its own. */
export const listedLabels = ['profanity', 'hate', 'nsfw', 'advertising', 'spam'] as const;

/** A file that `coppice train-filter` wrote; its digest is filled in when the model file is loaded. */
export const classifierFile = z.strictObject({
  /** Absolute, or relative to the model file. */
  path: z.string().min(1),
  digest: digestSchema.optional(),
});
export type ClassifierFile = z.infer<typeof classifierFile>;

const threshold = z.number().gt(0).max(1);

export const flagHarmful = z
  .strictObject({
    step: z.literal('flag-harmful'),
    /** Score from which on a text has a label; labels that are not named here are not looked for. */
    thresholds: z
      .record(
        z.string().regex(/^[a-z][a-z\d-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
        threshold,
      )
      .refine((them) => Object.keys(them).length > 0, 'expected a label at least')
      .default({ profanity: 0.5, hate: 0.2, nsfw: 0.5 }),
    /** Languages whose lists of words count. */
    lists: z.array(z.enum(['en', 'ko'])).default(['en', 'ko']),
    classifier: classifierFile.optional(),
    /** `'mark'`: the document stays and carries its labels. */
    action: z.enum(['drop', 'mark']).default('drop'),
    /** JSON lines of `{ text, labels }`, absolute or relative to the model file: `coppice test-filter` measures on them. */
    labelled: z.string().min(1).optional(),
  })
  .superRefine(({ thresholds, classifier, lists }, context) => {
    if (classifier !== undefined) return;
    if (lists.length === 0)
      context.addIssue({ code: 'custom', path: ['lists'], message: 'expected a language, or a classifier' });
    for (const label of Object.keys(thresholds))
      if (!(listedLabels as readonly string[]).includes(label))
        context.addIssue({
          ...{ code: 'custom', path: ['thresholds', label] },
          message: `expected one of ${listedLabels.join(', ')} where no classifier knows others`,
        });
  });
export type FlagHarmfulSpec = z.infer<typeof flagHarmful>;
