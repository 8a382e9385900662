// What POST /v1/completions takes and answers: OpenAI's fields and shapes, and a few of our own.
import { randomInt } from 'node:crypto';
import { z } from 'zod';

/** Texts that one request may ask for: prompts times choices. Each has caches of its own. */
const maximumTexts = 16;
const maximumBeams = 8;

/** A field that may be left out, or null, as clients send it. */
const optional = <T extends z.ZodType>(schema: T, description?: string) =>
  (description === undefined ? schema : schema.describe(description)).nullish();

const text = z
  .string()
  .refine((it) => !/\p{Surrogate}/u.test(it), 'expected text, found half of a surrogate pair');
const stop = text.min(1);
const penalty = z.literal(0, { error: 'expected 0: not supported; repetition_penalty is' });

const fieldsSchema = z.strictObject({
  model: z.string().min(1),
  prompt: optional(
    z.union([text, z.array(text).min(1).max(maximumTexts)], { error: 'expected a text, or a list of texts' }),
    'An empty one begins a document; default: empty.',
  ),
  max_tokens: optional(z.number().int().min(1), 'Default 16; the context may leave less room.'),
  temperature: optional(z.number().min(0).max(2), 'Default 1; 0 takes the likeliest token.'),
  top_p: optional(z.number().gt(0).max(1)),
  n: optional(z.number().int().min(1).max(maximumTexts), 'Texts for each prompt; default 1.'),
  stop: optional(z.union([stop, z.array(stop).max(4)], { error: 'expected a text, or four texts at most' })),
  seed: optional(z.number().int(), 'Equal seeds draw equal texts from the same version; default: any.'),
  stream: optional(z.boolean()),
  stream_options: optional(z.strictObject({ include_usage: optional(z.boolean()) })),
  logprobs: optional(
    z.number().int().min(0).max(5),
    "Tells each token's probability, and so many of the likeliest.",
  ),
  echo: optional(z.boolean(), 'The answer begins with the prompt; not with logprobs.'),
  best_of: optional(z.literal(1, { error: 'expected 1: not supported; num_beams is' })),
  presence_penalty: optional(penalty),
  frequency_penalty: optional(penalty),
  user: optional(
    z.string().min(1).max(256),
    'Who asks: the same user is always answered by the same arm of a rollout.',
  ),
  top_k: optional(z.number().int().min(1), "Coppice's own: draws among so many of the likeliest tokens."),
  repetition_penalty: optional(z.number().gt(0), "Coppice's own: above 1, tokens that were there get rarer."),
  num_beams: optional(
    z.number().int().min(1).max(maximumBeams),
    "Coppice's own: searches the likeliest texts by so many beams, which are not drawn.",
  ),
});

export const completionRequestSchema = fieldsSchema.superRefine((asked, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { n, logprobs, num_beams: beams, stream } = asked;
  const texts = promptsOf(asked).length * (n ?? 1);
  if (texts > maximumTexts)
    refuse('n', `expected ${maximumTexts} texts at most for all prompts, not ${texts}`);
  if (asked.echo === true && logprobs != null) refuse('echo', 'expected false where logprobs are asked for');
  if (asked.stream_options != null && stream !== true) refuse('stream_options', 'expected with stream: true');
  if (beams == null || beams === 1) return;
  for (const name of ['top_p', 'top_k', 'seed', 'logprobs'] as const)
    if (asked[name] != null) refuse(name, 'beams are not drawn: expected without num_beams');
  if (asked.temperature) refuse('temperature', 'beams are not drawn: expected 0, or nothing, with num_beams');
  if ((n ?? 1) > beams) refuse('n', `${beams} beams find ${beams} texts at most`);
});

export type CompletionRequest = z.output<typeof completionRequestSchema>;

export function promptsOf({ prompt }: Pick<CompletionRequest, 'prompt'>): readonly string[] {
  return typeof prompt === 'object' && prompt !== null ? prompt : [prompt ?? ''];
}

/** @returns the request in the words of the model process, with every default */
export function questionOf(asked: CompletionRequest) {
  const { stop: stops, top_k: topK, logprobs } = asked;
  return {
    prompts: promptsOf(asked),
    choices: asked.n ?? 1,
    maximumNewTokens: asked.max_tokens ?? 16,
    temperature: asked.temperature ?? 1,
    topP: asked.top_p ?? 1,
    ...(topK != null && { topK }),
    repetitionPenalty: asked.repetition_penalty ?? 1,
    seed: asked.seed ?? randomInt(2 ** 47),
    stop: typeof stops === 'string' ? [stops] : (stops ?? []),
    ...(logprobs != null && { alternatives: logprobs }),
    beams: asked.num_beams ?? 1,
  };
}

const logprobsSchema = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.number())),
  text_offset: z.array(z.number().int()).describe('Characters of the text before each token.'),
});
export type Logprobs = z.infer<typeof logprobsSchema>;

const usageSchema = z.object({
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  total_tokens: z.number().int(),
});

export const completionSchema = z.object({
  id: z.string().describe('Names this answer.'),
  object: z.literal('text_completion'),
  created: z.number().int().describe('Seconds since 1970.'),
  model: z.string(),
  system_fingerprint: z.string().describe('The version that answered, such as speeches@2.'),
  choices: z.array(
    z.object({
      index: z.number().int().describe('Texts of the first prompt come first.'),
      text: z.string(),
      logprobs: logprobsSchema.nullable(),
      finish_reason: z
        .enum(['stop', 'length'])
        .nullable()
        .describe('stop: at a stop sequence or an end of text; null in a stream, while it goes on.'),
    }),
  ),
  usage: usageSchema.nullable().optional(),
});
export type Completion = z.infer<typeof completionSchema>;
