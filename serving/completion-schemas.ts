// What POST /v1/completions takes and answers: OpenAI's fields and shapes, and a few of our own.
import { z } from 'zod';
import {
  finishReasonSchema,
  headFields,
  maximumTexts,
  modelNameSchema,
  optional,
  samplingFields,
  samplingOf,
  samplingProblems,
  textSchema,
  usageSchema,
} from './sampling-fields.ts';

const fieldsSchema = z.strictObject({
  model: modelNameSchema,
  prompt: optional(
    z.union([textSchema, z.array(textSchema).min(1).max(maximumTexts)], {
      error: 'expected a text, or a list of texts',
    }),
    'An empty one begins a document; default: empty.',
  ),
  max_tokens: optional(
    z.number().int().min(0),
    'Default 16; the context may leave less room. 0 with echo only: the prompt alone.',
  ),
  ...samplingFields,
  logprobs: optional(
    z.number().int().min(0).max(5),
    "Tells each token's probability, and so many of the likeliest.",
  ),
  echo: optional(z.boolean(), 'The answer begins with the prompt, whose tokens have logprobs too.'),
  best_of: optional(z.literal(1, { error: 'expected 1: not supported; num_beams is' })),
});

export const completionRequestSchema = fieldsSchema.superRefine((asked, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const texts = promptsOf(asked).length * (asked.n ?? 1);
  if (texts > maximumTexts)
    refuse('n', `expected ${maximumTexts} texts at most for all prompts, not ${texts}`);
  if (asked.max_tokens === 0 && asked.echo !== true)
    refuse('max_tokens', 'expected 1 at least, or echo: true, which tells the prompt alone');
  if (asked.max_tokens === 0 && (asked.num_beams ?? 1) > 1)
    refuse('max_tokens', 'expected 1 at least with num_beams');
  for (const { path, message } of samplingProblems(asked)) refuse(path, message);
});

export type CompletionRequest = z.output<typeof completionRequestSchema>;

export function promptsOf({ prompt }: Pick<CompletionRequest, 'prompt'>): readonly string[] {
  return typeof prompt === 'object' && prompt !== null ? prompt : [prompt ?? ''];
}

/** @returns the request in the words of the model process, with every default */
export function questionOf(asked: CompletionRequest) {
  const { logprobs } = asked;
  return {
    prompts: promptsOf(asked),
    maximumNewTokens: asked.max_tokens ?? 16,
    ...samplingOf(asked),
    ...(logprobs != null && { alternatives: logprobs }),
    ...(logprobs != null && asked.echo === true && { tellsPrompts: true as const }),
  };
}

const logprobsSchema = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable().describe('Null of the first token of a prompt.')),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
  text_offset: z.array(z.number().int()).describe('Characters of the text before each token.'),
});
export type Logprobs = z.infer<typeof logprobsSchema>;

export const completionSchema = z.object({
  ...headFields,
  object: z.literal('text_completion'),
  choices: z.array(
    z.object({
      index: z.number().int().describe('Texts of the first prompt come first.'),
      text: z.string(),
      logprobs: logprobsSchema.nullable(),
      finish_reason: finishReasonSchema.nullable().describe('Null in a stream, while it goes on.'),
    }),
  ),
  usage: usageSchema.nullable().optional(),
});
export type Completion = z.infer<typeof completionSchema>;
