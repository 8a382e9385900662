// Fields that all requests for texts have: OpenAI's, and a few of our own.
import { randomInt } from 'node:crypto';
import { z } from 'zod';

/** Texts that one request may ask for. Each has caches of its own. */
export const maximumTexts = 16;
const maximumBeams = 8;

/** A field that may be left out, or null, as clients send it. */
export const optional = <T extends z.ZodType>(schema: T, description?: string) =>
  (description === undefined ? schema : schema.describe(description)).nullish();

export const textSchema = z
  .string()
  .refine((it) => !/\p{Surrogate}/u.test(it), 'expected text, found half of a surrogate pair');
export const modelNameSchema = textSchema.min(1).max(256);
const stopSchema = textSchema.min(1).max(1_000);
const penaltySchema = z.literal(0, { error: 'expected 0: not supported; repetition_penalty is' });

export const samplingFields = {
  temperature: optional(z.number().min(0).max(2), 'Default 1; 0 takes the likeliest token.'),
  top_p: optional(z.number().gt(0).max(1)),
  n: optional(z.number().int().min(1).max(maximumTexts), 'Texts for each prompt; default 1.'),
  stop: optional(
    z.union([stopSchema, z.array(stopSchema).max(4)], { error: 'expected a text, or four texts at most' }),
  ),
  seed: optional(z.number().int(), 'Equal seeds draw equal texts from the same version; default: any.'),
  stream: optional(z.boolean()),
  stream_options: optional(z.strictObject({ include_usage: optional(z.boolean()) })),
  presence_penalty: optional(penaltySchema),
  frequency_penalty: optional(penaltySchema),
  user: optional(
    textSchema.min(1).max(256),
    'Who asks: the same user is always answered by the same arm of a rollout.',
  ),
  top_k: optional(z.number().int().min(1), "Coppice's own: draws among so many of the likeliest tokens."),
  repetition_penalty: optional(z.number().gt(0), "Coppice's own: above 1, tokens that were there get rarer."),
  num_beams: optional(
    z.number().int().min(1).max(maximumBeams),
    "Coppice's own: searches the likeliest texts by so many beams, which are not drawn.",
  ),
};

type Sampling = z.output<z.ZodObject<typeof samplingFields>>;

interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** @returns what fields do not go with each other */
export function* samplingProblems(
  asked: Sampling & { readonly logprobs?: unknown },
): Generator<FieldProblem> {
  const { n, num_beams: beams, stream } = asked;
  if (asked.stream_options != null && stream !== true)
    yield { path: 'stream_options', message: 'expected with stream: true' };
  if (beams == null || beams === 1) return;
  for (const name of ['top_p', 'top_k', 'seed', 'logprobs'] as const)
    if (asked[name] != null) yield { path: name, message: 'beams are not drawn: expected without num_beams' };
  if (asked.temperature)
    yield { path: 'temperature', message: 'beams are not drawn: expected 0, or nothing, with num_beams' };
  if ((n ?? 1) > beams) yield { path: 'n', message: `${beams} beams find ${beams} texts at most` };
}

/** @returns what the model process is told of it, with every default */
export function samplingOf(asked: Sampling) {
  const { stop: stops, top_k: topK } = asked;
  return {
    choices: asked.n ?? 1,
    temperature: asked.temperature ?? 1,
    topP: asked.top_p ?? 1,
    ...(topK != null && { topK }),
    repetitionPenalty: asked.repetition_penalty ?? 1,
    seed: asked.seed ?? randomInt(2 ** 47),
    stop: typeof stops === 'string' ? [stops] : (stops ?? []),
    beams: asked.num_beams ?? 1,
  };
}

export const usageSchema = z.object({
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  total_tokens: z.number().int(),
});

/** What every answer in texts begins with. */
export const headFields = {
  id: z.string().describe('Names this answer.'),
  created: z.number().int().describe('Seconds since 1970.'),
  model: z.string(),
  system_fingerprint: z.string().describe('The version that answered, such as speeches@2.'),
};

export const finishReasonSchema = z
  .enum(['stop', 'length'])
  .describe('stop: at a stop sequence or an end of text; length: no more tokens were allowed, or fit.');
