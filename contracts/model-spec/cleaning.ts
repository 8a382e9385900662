// The recipe: an ordered list of cleaning steps as plain data. `pipeline/cleaning/` has a file for each step.
import { z } from 'zod';
import { cleaningPresets, expandPreset } from './cleaning-presets.ts';
import {
  c4Paragraphs,
  c4Quality,
  classifyQuality,
  codeQuality,
  finewebQuality,
  gopherQuality,
  gopherRepetition,
  identifyLanguage,
  textShape,
} from './cleaning-quality.ts';
import {
  decodeEntities,
  lowerCase,
  normalizeUnicode,
  repairMojibake,
  replaceEmoji,
  shortenRuns,
} from './cleaning-unicode.ts';
import { lemmatize, removeStopWords, splitMorphemes, splitSentences, stem } from './cleaning-words.ts';
import { correctErrors } from './correction.ts';
import { decontaminate } from './decontaminate.ts';
import { deduplicate, deduplicateExact, deduplicateLines } from './duplicates.ts';
import { flagHarmful } from './harmful-text.ts';
import { redactPersonalData } from './personal-data.ts';
import { mainText, stripRepeatedLines } from './web-pages.ts';

/** Reads papers and books: PDF and EPUB become text; a request that holds one is refused. */
const decodeDocument = z.strictObject({ step: z.literal('decode-document') });

/** Reads a mail: subject and body text only. Everything else about it (headers, dates, hosts) stays behind. */
const decodeMail = z.strictObject({ step: z.literal('decode-mail') });
const stripHtml = z.strictObject({
  step: z.literal('strip-html'),
  /** Names of elements whose text is no text of the document, such as `nav`, or would give its label away. */
  leaveOut: z.array(z.string().regex(/^[a-z][a-z\d]*$/, 'expected the name of an element')).optional(),
});
/** Drops quoted replies (lines that begin with `>`) and their attribution lines. */
const stripQuotes = z.strictObject({ step: z.literal('strip-quotes') });
/** Drops what Project Gutenberg puts before and behind its books. */
const stripBookNotices = z.strictObject({ step: z.literal('strip-book-notices') });
/** Drops signatures and the footers that mailing lists append. */
const stripFooters = z.strictObject({ step: z.literal('strip-footers') });
/** Drops given strings, such as a marker that a corpus carries and that would give labels away. */
const removeText = z.strictObject({
  step: z.literal('remove-text'),
  texts: z.array(z.string().min(1)).min(1),
});
const dropShort = z.strictObject({
  step: z.literal('drop-short'),
  minimumWords: z.number().int().positive(),
});

export const cleaningStepSchema = z.discriminatedUnion('step', [
  decodeDocument,
  decodeMail,
  stripHtml,
  mainText,
  stripRepeatedLines,
  normalizeUnicode,
  stripQuotes,
  stripBookNotices,
  stripFooters,
  removeText,
  redactPersonalData,
  dropShort,
  deduplicate,
  deduplicateExact,
  deduplicateLines,
  decontaminate,
  gopherQuality,
  gopherRepetition,
  c4Quality,
  c4Paragraphs,
  finewebQuality,
  identifyLanguage,
  textShape,
  codeQuality,
  classifyQuality,
  repairMojibake,
  decodeEntities,
  replaceEmoji,
  shortenRuns,
  lowerCase,
  removeStopWords,
  stem,
  lemmatize,
  splitMorphemes,
  splitSentences,
  flagHarmful,
  correctErrors,
]);
/** One cleaning step with its options. */
export type CleaningStepSpec = z.infer<typeof cleaningStepSchema>;

type PresetName = keyof typeof cleaningPresets;

export const cleaningSchema = z
  .strictObject({
    /** A recipe by name, which `steps` changes. */
    preset: z.enum(Object.keys(cleaningPresets) as [PresetName, ...PresetName[]]).optional(),
    /** Steps of the preset that the recipe should not have. */
    without: z.array(z.string()).optional(),
    /** Where a preset is named: a step that it has takes the place of that, others follow behind. */
    steps: z.array(cleaningStepSchema).default([]),
  })
  .transform(({ preset, without = [], steps: own }, context) => {
    const steps = z.array(cleaningStepSchema).parse(preset ? cleaningPresets[preset] : []);
    const names = steps.map(({ step }): string => step);
    for (const [at, name] of without.entries()) {
      if (names.includes(name)) continue;
      const message = preset
        ? `expected a step of ${preset}: ${names.join(', ')}`
        : 'expected a preset beside it';
      context.addIssue({ code: 'custom', path: ['without', at], message });
    }
    return { steps: expandPreset(steps, { own, without }) };
  });
/** What is done, in its order; a preset is the steps that it stands for. */
export type CleaningSpec = z.output<typeof cleaningSchema>;

/** Steps that say where each stretch of their text came from: what models may use whose labels are offsets. */
export const alignedSteps: readonly CleaningStepSpec['step'][] = [
  'normalize-unicode',
  'repair-mojibake',
  'replace-emoji',
  'identify-language',
  'decode-entities',
  'shorten-runs',
  'lower-case',
  'remove-text',
  'redact-personal-data',
  'drop-short',
  'deduplicate',
  'deduplicate-exact',
  'deduplicate-lines',
  'decontaminate',
  'gopher-quality',
  'gopher-repetition',
  'c4-paragraphs',
  'fineweb-quality',
  'text-shape',
  'code-quality',
  'classify-quality',
  'remove-stop-words',
  'stem',
  'correct-errors',
  'flag-harmful',
];

/** Steps that compare documents with each other, or choose what is worth learning from; a single request skips them. */
export const corpusSteps: readonly CleaningStepSpec['step'][] = [
  'decontaminate',
  'deduplicate',
  'deduplicate-exact',
  'deduplicate-lines',
  'strip-repeated-lines',
  'drop-short',
  'gopher-quality',
  'gopher-repetition',
  'c4-quality',
  'c4-paragraphs',
  'fineweb-quality',
  'identify-language',
  'text-shape',
  'code-quality',
  'classify-quality',
  'flag-harmful',
];

/** Of these, steps that see a whole corpus, in its order. */
export const comparingSteps: readonly CleaningStepSpec['step'][] = [
  'deduplicate',
  'deduplicate-exact',
  'deduplicate-lines',
  'strip-repeated-lines',
];

/**
 * @returns the steps at the beginning, which look at one document alone, and what follows from the first one on that
 *   compares documents; nothing stands alone where bytes as they came are decoded after that
 */
export function splitRecipe(steps: readonly CleaningStepSpec[]): {
  readonly alone: CleaningStepSpec[];
  readonly together: CleaningStepSpec[];
} {
  const first = steps.findIndex(({ step }) => comparingSteps.includes(step));
  const at = first === -1 ? steps.length : first;
  const together = steps.slice(at);
  return together.some(({ step }) => step.startsWith('decode-'))
    ? { alone: [], together: [...steps] }
    : { alone: steps.slice(0, at), together };
}
