// Answers in words, held against the ones that were labelled: exact match, the share that are the same to the letter
// (Rajpurkar et al. 2016, SQuAD, arXiv:1606.05250), after NFC and without white space around them.

/** A prompt that was held out, and what was answered by the likeliest token each time. */
export interface AnsweredPrompt {
  readonly prompt: string;
  readonly expected: string;
  readonly answered: string;
  /** What the lead sentence of the document would be; absent: the baselines were not asked. */
  readonly lead?: string;
  /** What was to be answered to the nearest document that was trained on. */
  readonly retrieved?: string;
}

/** Whether an answer is right. */
export function isExact({ expected, answered }: Pick<AnsweredPrompt, 'expected' | 'answered'>): boolean {
  return plain(expected) === plain(answered);
}

const plain = (text: string): string => text.normalize('NFC').trim();
