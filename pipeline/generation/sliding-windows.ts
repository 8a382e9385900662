// How a text that is longer than a model's context is scored: in windows that overlap, each of which scores what those
// before it did not (huggingface.co/docs/transformers/perplexity). Unlike there, a window of C tokens predicts C, the one
// after its last too, so that no stride leaves a token out.
import { CoppiceFailure } from '../../contracts/failures.ts';

export interface Window {
  /** Tokens that the model reads: from `begin` up to but without `end`. It predicts each one's next. */
  readonly begin: number;
  readonly end: number;
  /** The first whose prediction counts; those before it only give context. */
  readonly scoredFrom: number;
}

/**
 * @param tokens of the text; the first is never predicted
 * @param stride tokens that a window lies after the one before, 1 to the context's length. All but the first window's are
 * predicted from at least `contextLength − stride + 1` tokens: smaller is fairer and takes longer
 * @throws CoppiceFailure InvalidInput for another stride
 */
export function slidingWindows(
  tokens: number,
  { contextLength, stride }: { readonly contextLength: number; readonly stride: number },
): Window[] {
  if (!Number.isInteger(stride) || stride < 1 || stride > contextLength) {
    throw new CoppiceFailure('InvalidInput', `stride: expected 1 to ${contextLength}, got ${stride}`);
  }
  const inputs = tokens - 1;
  const windows: Window[] = [];
  let scoredFrom = 0;
  for (let begin = 0; scoredFrom < inputs; begin += stride) {
    const end = Math.min(begin + contextLength, inputs);
    windows.push({ begin, end, scoredFrom });
    scoredFrom = end;
  }
  return windows;
}
