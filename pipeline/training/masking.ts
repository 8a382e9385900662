// Masked tokens: as noise on a classifier's input, and as the task of masked language modelling (Devlin et al. 2019,
// section 3.1: of the chosen tokens 80 % become [MASK], 10 % a random token, 10 % stay).
import type { Random } from '../random.ts';
import type { TokenBatch, TokenRows } from './token-rows.ts';
import { isText } from './token-rows.ts';

/**
 * Replaces a share of the text tokens by [MASK].
 * @param share in [0, 1)
 */
export function addTokenNoise(
  batch: TokenBatch,
  tokens: TokenRows,
  share: number,
  random: Random,
): TokenBatch {
  if (share === 0) return batch;
  const ids = batch.ids.map((id) => (isText(tokens, id) && random.next() < share ? tokens.maskId : id));
  return { ...batch, ids };
}

/** A batch whose masked tokens are to be predicted. */
export interface MaskedBatch {
  readonly batch: TokenBatch;
  /** Where tokens were chosen: row × length + column; at least one. */
  readonly positions: Int32Array;
  /** What stood there. */
  readonly targets: Int32Array;
}

/**
 * Chooses tokens to predict; a batch in which the draw chose none gets its first text token chosen.
 * @param share of the text tokens, in (0, 1)
 */
export function maskTokens(batch: TokenBatch, tokens: TokenRows, share: number, random: Random): MaskedBatch {
  const ids = batch.ids.slice();
  const candidates = [...ids.keys()].filter((position) => isText(tokens, ids[position]));
  const drawn = candidates.filter(() => random.next() < share);
  const chosen = drawn.length > 0 ? drawn : candidates.slice(0, 1);
  const positions = Int32Array.from(chosen.length > 0 ? chosen : [0]); // a batch without text predicts its [CLS]
  const targets = positions.map((position) => batch.ids[position]);
  for (const position of positions) {
    const draw = random.next();
    if (draw < 0.8) ids[position] = tokens.maskId;
    else if (draw < 0.9) ids[position] = random.integer(tokens.vocabularySize);
  }
  return { batch: { ...batch, ids }, positions, targets };
}
