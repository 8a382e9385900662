// What a gateway can tell of an answer by itself, without anybody who reads it.
import { z } from 'zod';

/** Each is 0 or 1 of a text, and their mean of an answer of several; higher is better. */
export const scoredMetrics = ['not-refused', 'not-toxic', 'format'] as const;
export type ScoredMetric = (typeof scoredMetrics)[number];

/** As they are kept in the record of an answer, in place of its texts. */
export const answerScoresSchema = z.partialRecord(z.enum(scoredMetrics), z.number().min(0).max(1));
export type AnswerScores = z.infer<typeof answerScoresSchema>;

export const answerFormatSchema = z
  .strictObject({
    /** An object or an array, with nothing around it but white space. */
    json: z.literal(true).optional(),
    /** Of the object, which it must be then. */
    keys: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
    minimumCharacters: z.number().int().min(1).max(100_000).optional(),
    maximumCharacters: z.number().int().min(1).max(100_000).optional(),
  })
  .superRefine(({ json, keys, minimumCharacters, maximumCharacters }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (keys && !json) refuse(['keys'], 'expected beside json: true: only JSON has keys');
    if ((minimumCharacters ?? 0) > (maximumCharacters ?? Infinity))
      refuse(['maximumCharacters'], 'expected at least minimumCharacters');
    if ([json, minimumCharacters, maximumCharacters].every((it) => it === undefined))
      refuse([], 'expected json, or limits of characters');
  });
/** What an answer should look like; everything that is named must hold. */
export type AnswerFormat = z.infer<typeof answerFormatSchema>;

/** What is to be told of a model's answers. */
export interface AnswerScoring {
  readonly metrics: readonly ScoredMetric[];
  /** Beside `format`. */
  readonly answerFormat?: AnswerFormat | undefined;
}

/** The part of a rollout's spec that asks for scores. */
export interface AsksScores {
  readonly metrics?: readonly string[] | undefined;
  readonly answerFormat?: AnswerFormat | undefined;
  readonly guardrails?:
    | { readonly maximumToxicRate?: number | undefined; readonly maximumRefusalRate?: number | undefined }
    | undefined;
}

/** @returns nothing where neither a metric nor a guardrail of the model file asks for any */
export function scoringOf({
  metrics = [],
  answerFormat,
  guardrails = {},
}: AsksScores): AnswerScoring | undefined {
  const asked = new Set<string>(metrics);
  if (guardrails.maximumToxicRate !== undefined) asked.add('not-toxic');
  if (guardrails.maximumRefusalRate !== undefined) asked.add('not-refused');
  const scored = scoredMetrics.filter((metric) => asked.has(metric));
  return scored.length === 0 ? undefined : { metrics: scored, ...(answerFormat && { answerFormat }) };
}
