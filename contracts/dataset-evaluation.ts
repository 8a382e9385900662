// An evaluation by itself: any version, or any endpoint, on somebody's dataset. It judges nothing and changes nothing.
import { z } from 'zod';
import { type ArtifactReference, artifactReferenceSchema } from './artifact.ts';
import { modelNameSchema } from './model-spec/model-spec.ts';
import { versionNumberSchema } from './registry.ts';

const text = z.string().max(200_000);
export const labelledLineSchema = z.strictObject({ text, label: z.string().min(1).max(200) });
export const answeredLineSchema = z.strictObject({ prompt: text, answer: text });
export type LabelledLine = z.infer<typeof labelledLineSchema>;
export type AnsweredLine = z.infer<typeof answeredLineSchema>;

const lines = <T extends z.ZodType>(line: T) => z.array(line).min(1).max(50_000);
/** Texts with their labels, or prompts with what is to be answered. */
export const datasetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('labels'), lines: lines(labelledLineSchema) }),
  z.strictObject({ kind: z.literal('answers'), lines: lines(answeredLineSchema) }),
]);
export type Dataset = z.infer<typeof datasetSchema>;

export const storedDatasetSchema = z.object({ dataset: artifactReferenceSchema });

/** How an endpoint is asked: by OpenAI's interfaces, or by Coppice's own for labels. */
export const endpointInterfaces = ['chat', 'completions', 'classifications'] as const;

export const evaluationTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('version'), model: modelNameSchema, version: versionNumberSchema }),
  z.strictObject({
    kind: z.literal('endpoint'),
    /** Up to what the interfaces share, such as `http://127.0.0.1:8080/v1`. */
    url: z.url({ protocol: /^https?$/ }),
    model: z.string().min(1),
    interface: z.enum(endpointInterfaces),
    /** Name of the variable of the worker's environment that holds the key; the key itself is in no history. */
    keyVariable: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'expected the name of a variable of the environment')
      .optional(),
  }),
]);
export type EvaluationTarget = z.infer<typeof evaluationTargetSchema>;

export interface DatasetEvaluationInput {
  /** JSON of a `Dataset`. */
  readonly dataset: ArtifactReference;
  readonly target: EvaluationTarget;
  /** Of an answer. */
  readonly maximumTokens: number;
}

/** What came of one line: a label with or without probabilities, a text, or the reason why there is none. */
export const givenAnswerSchema = z.union([
  z.object({ label: z.string(), probabilities: z.record(z.string(), z.number()).optional() }),
  z.object({ text: z.string(), finish: z.enum(['stop', 'length']).optional() }),
  z.object({ failure: z.string() }),
]);
export type GivenAnswer = z.infer<typeof givenAnswerSchema>;

export interface GivenAnswers {
  /** In the order of the lines. */
  readonly answers: ArtifactReference;
  /** Of a version that labels: the rule of its decision is in the answers already. */
  readonly labels?: readonly string[];
}

const figure = z.object({
  value: z.number().nullable(),
  interval: z.object({ low: z.number(), high: z.number() }).optional(),
});
export const datasetEvaluationSchema = z.object({
  target: z.string(),
  kind: z.enum(['labels', 'answers']),
  examples: z.number().int(),
  /** Lines without an answer, which the metrics leave out, and why. */
  unanswered: z.record(z.string(), z.number().int()),
  metrics: z.record(z.string(), figure),
  /** Of labels: of always answering the most frequent one. */
  majority: z.record(z.string(), figure).optional(),
  /** What a reader must know before believing the figures. */
  warnings: z.array(z.string()).optional(),
  /** How metrics of words were counted. */
  signatures: z.record(z.string(), z.string()).optional(),
  report: artifactReferenceSchema,
});
export type DatasetEvaluation = z.infer<typeof datasetEvaluationSchema>;
