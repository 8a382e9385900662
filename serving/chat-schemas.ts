// What POST /v1/chat/completions takes and answers: OpenAI's fields and shapes, and a few of our own.
import { z } from 'zod';
import type { ChatMessage } from '../pipeline/generation/chat-template.ts';
import {
  finishReasonSchema,
  headFields,
  modelNameSchema,
  optional,
  samplingFields,
  samplingOf,
  samplingProblems,
  textSchema,
  usageSchema,
} from './sampling-fields.ts';
import type { LanguageVersion } from './tasks/generation-version.ts';

/** More than a context of this size of model could hold. */
const maximumMessages = 1_000;
const maximumParts = 100;

const contentSchema = z.union(
  [
    textSchema,
    z
      .array(z.strictObject({ type: z.literal('text'), text: textSchema }))
      .min(1)
      .max(maximumParts),
  ],
  { error: 'expected a text, or a list of parts of the type text' },
);
const name = optional(textSchema.min(1).max(256));

const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.strictObject({ role: z.enum(['system', 'developer', 'user']), content: contentSchema, name }),
    z.strictObject({
      role: z.literal('assistant'),
      content: contentSchema,
      name,
      refusal: optional(z.null().describe('As answers have it, so that one can be sent back.')),
    }),
  ],
  { error: 'expected a role: system, developer, user or assistant' },
);

const fieldsSchema = z.strictObject({
  model: modelNameSchema,
  messages: z.array(messageSchema).min(1).max(maximumMessages),
  max_completion_tokens: optional(
    z.number().int().min(1),
    'Default: as many as the context leaves room for.',
  ),
  max_tokens: optional(z.number().int().min(1), 'The older name of max_completion_tokens.'),
  ...samplingFields,
  logprobs: optional(z.boolean(), "Tells each token's probability."),
  top_logprobs: optional(z.number().int().min(0).max(20), 'And so many of the likeliest; with logprobs.'),
  response_format: optional(
    z.strictObject({ type: z.literal('text', { error: 'expected text: others are not supported' }) }),
  ),
});

export const chatRequestSchema = fieldsSchema.superRefine((asked, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (asked.max_tokens != null && asked.max_completion_tokens != null)
    refuse('max_tokens', 'expected without max_completion_tokens, which is its newer name');
  if (asked.top_logprobs != null && asked.logprobs !== true)
    refuse('top_logprobs', 'expected with logprobs: true');
  const logprobs = asked.logprobs === true ? true : undefined;
  for (const { path, message } of samplingProblems({ ...asked, logprobs })) refuse(path, message);
});
export type ChatRequest = z.output<typeof chatRequestSchema>;

const messageOf = ({ role, content, name: who }: ChatRequest['messages'][number]): ChatMessage => ({
  role,
  content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
  ...(who != null && { name: who }),
});

/**
 * @returns the request in the words of a version's model process, with every default
 * @throws InvalidQuestion where the version's chat template refuses the messages
 */
export function chatQuestionOf(asked: ChatRequest, { chat, contextLength }: LanguageVersion) {
  return {
    prompts: [chat(asked.messages.map(messageOf))],
    maximumNewTokens: asked.max_completion_tokens ?? asked.max_tokens ?? contextLength,
    ...samplingOf(asked),
    ...(asked.logprobs === true && { alternatives: asked.top_logprobs ?? 0 }),
  };
}

const tokenFields = {
  token: z.string(),
  logprob: z.number(),
  bytes: z
    .array(z.number().int())
    .nullable()
    .describe('UTF-8; null where the token is a part of a character.'),
};
const logprobsSchema = z.object({
  content: z.array(z.object({ ...tokenFields, top_logprobs: z.array(z.object(tokenFields)) })),
  refusal: z.null(),
});
export type ChatLogprobs = z.infer<typeof logprobsSchema>;

export const chatCompletionSchema = z.object({
  ...headFields,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.number().int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: logprobsSchema.nullable(),
      finish_reason: finishReasonSchema,
    }),
  ),
  usage: usageSchema,
});
export type ChatChoice = z.infer<typeof chatCompletionSchema>['choices'][number];

export const chatChunkSchema = z.object({
  ...headFields,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.object({
      index: z.number().int(),
      delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      logprobs: logprobsSchema.nullable(),
      finish_reason: finishReasonSchema.nullable(),
    }),
  ),
  usage: usageSchema.nullable().optional(),
});
export type ChatPart = z.infer<typeof chatChunkSchema>['choices'][number];
