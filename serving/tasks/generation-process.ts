// A language model in its process: prompts to texts, piece by piece. Texts of all questions are computed together, token by
// token; searches by beams take turns with them, a few at a time.
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFiles } from '../../contracts/version-package.ts';
import type { Decoder } from '../../pipeline/generation/decoder.ts';
import { type Finish, generate } from '../../pipeline/generation/generate.ts';
import { type GeneratedPiece, generateText } from '../../pipeline/generation/generate-text.ts';
import { type GivenToken, givenTokens } from '../../pipeline/generation/given-tokens.ts';
import type { JoinedTexts } from '../../pipeline/generation/joined-texts.ts';
import { encodePrompts, type Prompt } from '../../pipeline/generation/prompt-parts.ts';
import { checkedPrompt, checkMaximumNewTokens } from '../../pipeline/generation/prompts.ts';
import { checkSampling } from '../../pipeline/generation/sampling.ts';
import { createStopFilter } from '../../pipeline/generation/stop-sequences.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import type { Tokenizer } from '../../pipeline/tokenization/tokenizer.ts';
import { createTurns } from '../../pipeline/turns.ts';
import { loadOnnxGenerator, type OnnxGenerator } from '../../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { LoadedTask, LoadTask } from './task.ts';

/** What is to be continued, and how; options as `generate` and `search` of the runtime take them. */
export interface GenerationQuestion {
  /** An empty one begins a document. */
  readonly prompts: readonly Prompt[];
  /** Texts for each prompt. */
  readonly choices: number;
  /** None where only the prompts are told. */
  readonly maximumNewTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK?: number;
  readonly repetitionPenalty: number;
  readonly seed: number;
  readonly stop: readonly string[];
  /** Each token's probability is told, and so many of the likeliest in its place; absent: none is. */
  readonly alternatives?: number;
  /** The tokens of each prompt are told before those that follow it, with as many alternatives. */
  readonly tellsPrompts?: true;
  /** More than one: the likeliest texts are searched by so many beams, and told when they are found. */
  readonly beams: number;
}

interface ToldText {
  readonly text: string;
  /** Natural. */
  readonly logProbability: number;
}

interface ToldToken extends ToldText {
  readonly alternatives: readonly ToldText[];
}

/** The first token of a prompt has no probability: nothing stands before it. */
type GivenText = Omit<ToldToken, 'logProbability'> & { readonly logProbability: number | null };

export interface GenerationPiece {
  /** Texts of the first prompt come first. */
  readonly row: number;
  /** May be nothing, while a character or the beginning of a stop sequence is held back. */
  readonly text: string;
  /** Tokens that it was made of; 0 where a token of the prompt is told. */
  readonly tokens: number;
  readonly told?: ToldToken;
  /** A token of the prompt. */
  readonly given?: GivenText;
  /** With the last piece of a row. */
  readonly finish?: Finish;
}

export interface GenerationWords {
  readonly facts: { readonly contextLength: number };
  readonly question: GenerationQuestion;
  readonly piece: GenerationPiece;
  /** Tokens of all prompts, each counted once. */
  readonly answer: { readonly promptTokens: number };
}

/** Texts that are computed together, where the model file says nothing else. */
const DEFAULT_SIZE = 16;

/** Each has caches of its own. */
const MAXIMUM_SEARCHES = 4;

type Context = Parameters<LoadedTask<GenerationWords>['answer']>[1];

interface Model {
  readonly tokenizer: Tokenizer;
  readonly generator: OnnxGenerator;
  readonly texts: JoinedTexts;
}

export const loadGeneration: LoadTask<GenerationWords> = async (
  { directory, weights, batching },
  onBatch,
) => {
  const read = (name: string) => readFile(join(directory, name));
  const tokenizer = await loadTokenizer((await read(packageFiles.tokenizer)).toString('utf8'));
  const generator = loadOnnxGenerator({
    config: (await read(packageFiles.config)).toString('utf8'),
    weights: await read(weights),
  });
  const { contextLength } = generator.config;
  checkVocabulary(tokenizer, generator.config);
  const searches = createTurns(MAXIMUM_SEARCHES);
  const texts = generator.joined({ rows: batching?.maximumSize ?? DEFAULT_SIZE, onStep: onBatch });
  const model = { tokenizer, generator, texts };
  await texts.warmUp();
  return {
    facts: { contextLength },
    answer: async (question, context) => {
      const prompts = await readPrompts(model, question.prompts);
      const asked = { prompts, question };
      if (question.beams > 1) await searches.take(() => search(model, asked, context), context.signal);
      else await sample(model, asked, context);
      return { promptTokens: prompts.reduce((sum, { length }) => sum + length, 0) };
    },
  };
};

/** @throws CoppiceFailure InvalidInput for a prompt that is longer than the context */
async function readPrompts(
  { tokenizer, generator }: Model,
  prompts: readonly Prompt[],
): Promise<readonly (readonly number[])[]> {
  const encoded = await encodePrompts(tokenizer, prompts);
  const nameOf = (index: number): string => (prompts.length === 1 ? 'prompt' : `prompt.${index}`);
  return encoded.map((ids, index) => checkedPrompt(ids, generator.config, nameOf(index)));
}

interface Encoded {
  readonly prompts: readonly (readonly number[])[];
  readonly question: GenerationQuestion;
}

/** Each text by itself, so that it begins as soon as there is a place for one, and leaves it when it ends. */
async function sample(
  { tokenizer, generator, texts }: Model,
  { prompts, question }: Encoded,
  { signal, tell }: Context,
): Promise<void> {
  const { prompts: _texts, choices, alternatives, tellsPrompts, beams: _beams, ...options } = question;
  checkSampling(options);
  if (options.maximumNewTokens > 0) checkMaximumNewTokens(options.maximumNewTokens);
  const { endOfTextId } = generator.config;
  const decode = (ids: readonly number[]) => tokenizer.decode(ids);
  const first = new AbortController(); // what fails in one text ends the others
  const ended = AbortSignal.any([signal, first.signal]);
  setMaxListeners(0, ended); // each text that waits listens
  const makeText = async (decoder: Decoder, row: number): Promise<void> => {
    const nth = Math.floor(row / choices);
    const prompt = prompts[nth];
    const isGiven = tellsPrompts === true && question.prompts[nth] !== ''; // an empty one has no token of its own
    if (isGiven)
      for await (const token of givenTokens(decoder, prompt, {
        alternatives: alternatives ?? 0,
        signal: ended,
      }))
        tell({ row, text: '', tokens: 0, given: await givenText(token, decode) });
    if (options.maximumNewTokens === 0) {
      tell({ row, text: '', tokens: 0, finish: 'length' });
      return;
    }
    const fed = isGiven ? prompt.length - 1 : 0;
    const pieces = generateText(
      { generate: (each) => generate(decoder, [prompt], { ...each, fed }), count: 1, decode },
      {
        ...options,
        ...{ firstRow: row, signal: ended },
        ...(endOfTextId !== undefined && { endOfTextId }),
        ...(alternatives !== undefined && { alternatives, logProbabilities: true }),
      },
    );
    for await (const piece of pieces) tell(await toldPiece({ ...piece, row }, decode));
  };
  const rows = Array.from({ length: prompts.length * choices }, (_, row) => row);
  const making = rows.map((row) => texts.make((decoder) => makeText(decoder, row), ended));
  try {
    await Promise.all(making);
  } catch (error) {
    first.abort(error);
    await Promise.allSettled(making);
    throw error;
  }
}

type Decode = (ids: readonly number[]) => Promise<string>;

async function toldPiece(piece: GeneratedPiece, decode: Decode): Promise<GenerationPiece> {
  const { row, text, finish, id, logProbability, alternatives } = piece;
  return {
    ...{ row, text, tokens: 1 },
    ...(logProbability !== undefined && {
      told: { ...(await givenText({ id, logProbability, alternatives }, decode)), logProbability },
    }),
    ...(finish !== undefined && { finish }),
  };
}

async function givenText(token: GivenToken, decode: Decode): Promise<GivenText> {
  const { id, logProbability, alternatives = [] } = token;
  const textOf = async (of: { id: number; logProbability: number }): Promise<ToldText> => ({
    text: await decode([of.id]),
    logProbability: of.logProbability,
  });
  return {
    ...{ text: await decode([id]), logProbability },
    alternatives: await Promise.all(alternatives.map(textOf)),
  };
}

/** Nothing is known of a text before the search has ended. */
async function search(
  { tokenizer, generator }: Model,
  { prompts, question }: Encoded,
  { signal, tell }: Context,
): Promise<void> {
  const { choices, beams, maximumNewTokens, repetitionPenalty, stop } = question;
  for (const [index, prompt] of prompts.entries()) {
    const found = await generator.search(prompt, { beams, maximumNewTokens, repetitionPenalty, signal });
    for (const [choice, { ids }] of found.slice(0, choices).entries()) {
      const filter = createStopFilter(stop);
      const { text, stopped } = filter.push(await tokenizer.decode(ids));
      const ended = ids.at(-1) === generator.config.endOfTextId ? 'end-of-text' : 'length';
      tell({
        ...{ row: index * choices + choice, tokens: ids.length },
        text: stopped ? text : text + filter.end(),
        finish: stopped ? 'stopped' : ended,
      });
    }
  }
}
