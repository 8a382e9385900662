// How likely a model holds the tokens of a given prompt. They are fed one by one, as those are that follow them: the numbers are
// those that generating them would have told, and a long prompt takes its turn with other texts.
import type { Decoder } from './decoder.ts';
import { type ToldToken, toldToken } from './told-token.ts';

/** A token of a prompt. Before the first there is nothing that it could follow from. */
export type GivenToken = Omit<ToldToken, 'logProbability'> & { readonly logProbability: number | null };

/**
 * Afterwards the decoder was fed all but the last token of the prompt: `generate` goes on from there with `fed`.
 * @param decoder of one row, that was fed nothing yet
 * @param prompt one token at least, not more than the context
 * @param options.alternatives so many of the likeliest tokens are told with each, 0 for none
 * @throws the signal's reason
 */
export async function* givenTokens(
  decoder: Pick<Decoder, 'feed'>,
  prompt: readonly number[],
  { alternatives, signal }: { readonly alternatives: number; readonly signal: AbortSignal },
): AsyncGenerator<GivenToken, void> {
  const [first, ...rest] = prompt;
  yield { id: first, logProbability: null };
  let before = first;
  for (const id of rest) {
    signal.throwIfAborted();
    yield toldToken(await decoder.feed([[before]]), id, alternatives);
    before = id;
  }
}
