// The texts of one answer as they grow, as choices of the OpenAI API.
import type { Completion, Logprobs } from './completion-schemas.ts';
import type { GenerationPiece } from './tasks/generation-process.ts';

type Choice = Completion['choices'][number];

/** @typeParam Part a choice as an event of a stream tells it */
export interface Texts<Choice, Part> {
  /** @returns the piece as parts of a stream, where it has anything to say */
  readonly add: (piece: GenerationPiece) => readonly Part[];
  /** What a stream begins with. */
  readonly opening: () => readonly Part[];
  /** All that came, in order. */
  readonly choices: () => Choice[];
  /** How many were generated. */
  readonly tokens: () => number;
}

export function createTexts(
  prompts: readonly string[],
  { choices, echo }: { readonly choices: number; readonly echo: boolean },
): Texts<Choice, Choice> {
  const begin = (prompt: string, index: number): Choice => ({
    ...{ index, text: echo ? prompt : '' },
    ...{ logprobs: null, finish_reason: null },
  });
  const all = prompts
    .flatMap((prompt) => Array.from({ length: choices }, () => prompt))
    .map((prompt, index) => begin(prompt, index));
  const offsets = all.map(() => 0);
  let tokens = 0;
  return {
    add: (piece) => {
      const { row, text, finish, told = piece.given } = piece;
      tokens += piece.tokens;
      const logprobs = told ? logprobsOf(told, offsets[row]) : null;
      offsets[row] += told ? lengthOf(told.text) : 0;
      const finishReason = finish === undefined ? null : finishReasonOf(finish);
      const before = all[row];
      all[row] = {
        index: row,
        text: before.text + text,
        logprobs: joined(before.logprobs, logprobs),
        finish_reason: finishReason,
      };
      if (text === '' && !logprobs && finishReason === null) return [];
      return [{ index: row, text, logprobs, finish_reason: finishReason }];
    },
    opening: () => (echo ? all.filter(({ text }) => text !== '').map((choice) => ({ ...choice })) : []),
    choices: () => all.map((choice) => ({ ...choice, finish_reason: choice.finish_reason ?? 'length' })),
    tokens: () => tokens,
  };
}

/** In OpenAI's words. */
export const finishReasonOf = (finish: NonNullable<GenerationPiece['finish']>): 'stop' | 'length' =>
  finish === 'length' ? 'length' : 'stop';

/** In characters, as other clients count than those in JavaScript. */
const lengthOf = (text: string): number => Array.from(text).length;

function logprobsOf(told: NonNullable<GenerationPiece['given']>, offset: number): Logprobs {
  const { text, logProbability, alternatives } = told;
  const tokens = { tokens: [text], token_logprobs: [logProbability], text_offset: [offset] };
  if (logProbability === null) return { ...tokens, top_logprobs: [null] };
  const top = [...alternatives, { text, logProbability }].map((it) => [it.text, it.logProbability] as const);
  return { ...tokens, top_logprobs: [Object.fromEntries(top)] };
}

function joined(before: Logprobs | null, after: Logprobs | null): Logprobs | null {
  if (!before || !after) return after ?? before;
  return {
    tokens: [...before.tokens, ...after.tokens],
    token_logprobs: [...before.token_logprobs, ...after.token_logprobs],
    top_logprobs: [...before.top_logprobs, ...after.top_logprobs],
    text_offset: [...before.text_offset, ...after.text_offset],
  };
}
