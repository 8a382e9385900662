// Beam search with a model that remembers its texts.
import type { BeamOptions, Hypothesis } from './beam-search.ts';
import { createBeamSearch } from './beam-search.ts';
import type { Decoder } from './decoder.ts';
import { roomAfter } from './prompts.ts';

/**
 * @param decoder that was fed nothing yet, with a row for each beam
 * @param prompt neither empty nor longer than the context
 * @param options the context may leave less room than `maximumNewTokens`
 * @returns at most as many texts as there are beams, the best first
 * @throws CoppiceFailure InvalidInput with every option that is out of its range
 */
export async function searchBeams(
  decoder: Decoder,
  prompt: readonly number[],
  { signal, ...options }: BeamOptions & { readonly signal?: AbortSignal },
): Promise<readonly Hypothesis[]> {
  const maximumNewTokens = roomAfter(prompt, decoder.contextLength, options.maximumNewTokens);
  const search = createBeamSearch(prompt, { ...options, maximumNewTokens });
  const rows = Array.from({ length: options.beams }, (_, row) => row);
  signal?.throwIfAborted();
  // The beams are one text at first, and part at its first token.
  let step = search.advance(await decoder.feed(rows.map(() => prompt)));
  while (step !== undefined) {
    signal?.throwIfAborted();
    const { parents, ids } = step;
    decoder.reorder(rows.map((row) => parents.at(row) ?? row));
    step = search.advance(await decoder.feed(rows.map((row) => ids.slice(row, row + 1))));
  }
  return search.found();
}
