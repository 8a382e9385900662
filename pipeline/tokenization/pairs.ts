// A prompt and its answer as one row of token ids that a context holds: what is too long loses the end of its text, since
// what a document is about stands at its beginning, and the template around it stays whole.

/** Stands in a template where the document's text goes. */
export const textPlace = '{text}';

/** A template cut at the place of the text. */
export interface PromptTemplate {
  readonly before: string;
  readonly after: string;
}

/** @param prompt with one `{text}` */
export function templateOf(prompt: string): PromptTemplate {
  const place = prompt.indexOf(textPlace);
  return { before: prompt.slice(0, place), after: prompt.slice(place + textPlace.length) };
}

/** Tokens that a row is made of. */
export interface PairTokens {
  /** Of the rendered prompt, as it is encoded when it is asked for. */
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** Tokens of a prompt's parts, each encoded by itself: what a prompt that does not fit is made of. */
export interface PromptParts {
  readonly before: readonly number[];
  readonly text: readonly number[];
  readonly after: readonly number[];
}

export interface FittedPair {
  readonly ids: readonly number[];
  /** Where the answer begins. */
  readonly answerStart: number;
  readonly cut: boolean;
}

export interface PairLimits {
  readonly contextLength: number;
  readonly endOfTextId: number;
}

/** @returns tokens of the prompt that there is room for beside the answer and its end of text; may be below 0 */
export function roomForPrompt({ answer }: Pick<PairTokens, 'answer'>, { contextLength }: PairLimits): number {
  return contextLength - answer.length - 1;
}

/**
 * @param parts of a prompt that does not fit; not looked at where it does
 * @returns undefined where not even one token of the text would be left beside the answer
 * @example in a context of 8: 1 2 3 and 7 8 → 1 2 3 7 8 end; 1 2 3 4 5 6 with the text 2 3 4 → 1 2 3 5 6 7 8 end
 */
export function fitPair(
  { prompt, answer }: PairTokens,
  limits: PairLimits,
  parts?: PromptParts,
): FittedPair | undefined {
  const room = roomForPrompt({ answer }, limits);
  const end = limits.endOfTextId;
  // An empty prompt is the end of text, as it is for generation.
  const asked = prompt.length === 0 ? [end] : prompt;
  if (asked.length <= room) return { ids: [...asked, ...answer, end], answerStart: asked.length, cut: false };
  if (parts === undefined) return undefined;
  const { before, text, after } = parts;
  const kept = room - before.length - after.length;
  if (kept < 1) return undefined;
  const shortened = [...before, ...text.slice(0, kept), ...after];
  return { ids: [...shortened, ...answer, end], answerStart: shortened.length, cut: true };
}
