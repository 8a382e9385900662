// Answers in words, held against the ones that were labelled: exact match, the share that are the same to the letter
// (Rajpurkar et al. 2016, SQuAD, arXiv:1606.05250), after NFC and without white space around them.

/** A prompt that was held out, and what was answered by the likeliest token each time. */
export interface AnsweredPrompt {
  readonly prompt: string;
  readonly expected: string;
  readonly answered: string;
}

/** Whether an answer is right. */
export function isExact({ expected, answered }: Pick<AnsweredPrompt, 'expected' | 'answered'>): boolean {
  return plain(expected) === plain(answered);
}

/** @returns the share of right answers, 0–1; NaN of none */
export function exactMatch(answers: readonly AnsweredPrompt[]): number {
  return answers.filter(isExact).length / answers.length;
}

const plain = (text: string): string => text.normalize('NFC').trim();
