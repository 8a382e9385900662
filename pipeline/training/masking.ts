// Masked tokens: as noise on a classifier's input, and as the task of masked language modelling (Devlin et al. 2019,
// section 3.1: of the chosen tokens 80 % become [MASK], 10 % a random token, 10 % stay), by token or by whole word
// (google-research/bert, README, "Whole Word Masking Models": a word is chosen with all its pieces, each of which then
// meets its own fate).
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

export interface MaskingOptions {
  /** Of the text tokens, in (0, 1). */
  readonly share: number;
  /** A word is chosen whole; needs `continuations` of the tokens. */
  readonly wholeWords?: boolean;
  readonly random: Random;
}

/**
 * Chooses tokens to predict; a batch in which the draw chose none gets its first token, or word, of text chosen.
 * @throws RangeError for whole words where it is not known which tokens continue one
 */
export function maskTokens(
  batch: TokenBatch,
  tokens: TokenRows,
  { share, wholeWords = false, random }: MaskingOptions,
): MaskedBatch {
  const ids = batch.ids.slice();
  const units = wholeWords ? wordsOf(batch, tokens) : textOf(batch, tokens).map((position) => [position]);
  const drawn = units.filter(() => random.next() < share);
  const chosen = (drawn.length > 0 ? drawn : units.slice(0, 1)).flat();
  const positions = Int32Array.from(chosen.length > 0 ? chosen : [0]); // a batch without text predicts its [CLS]
  const targets = positions.map((position) => batch.ids[position]);
  for (const position of positions) {
    const draw = random.next();
    if (draw < 0.8) ids[position] = tokens.maskId;
    else if (draw < 0.9) ids[position] = random.integer(tokens.vocabularySize);
  }
  return { batch: { ...batch, ids }, positions, targets };
}

/** Positions of text tokens, ascending. */
function textOf({ ids }: TokenBatch, tokens: TokenRows): number[] {
  return [...ids.keys()].filter((position) => isText(tokens, ids[position]));
}

/** Positions of text tokens by the word that they are pieces of; a word that began before the row does begins with it. */
function wordsOf(batch: TokenBatch, tokens: TokenRows): number[][] {
  const { continuations } = tokens;
  if (continuations === undefined)
    throw new RangeError('the tokens do not say which of them continue a word');
  const words: number[][] = [];
  for (const position of textOf(batch, tokens)) {
    const word = words.at(-1);
    const goesOn =
      continuations[batch.ids[position]] === 1 && // behind [CLS], [SEP] and padding a word begins anew
      word?.at(-1) === position - 1 &&
      position % batch.length !== 0;
    if (goesOn) word.push(position);
    else words.push([position]);
  }
  return words;
}
