// From labelled spans of a text to a tag for each of its words, and to the classes of a row of tokens.
import type { LabelledSpan } from '../../contracts/document.ts';
import type { Word } from '../tokenization/tokenizer.ts';
import { outside } from './tags.ts';

export interface TaggedWords {
  /** One a word. */
  readonly tags: readonly string[];
  /** Spans that begin or end within a word: the whole word is taken. */
  readonly widened: number;
  /** Spans that touch no word, or none that is not another's. */
  readonly lost: number;
}

/** @param spans of the same text as the words, both in the order of the text */
export function tagWords(words: readonly Word[], spans: readonly LabelledSpan[]): TaggedWords {
  const tags = words.map(() => outside);
  let [widened, lost, free] = [0, 0, 0];
  for (const { start, end, label } of spans) {
    let first = free;
    while (first < words.length && words[first].end <= start) first += 1;
    let behind = first;
    while (behind < words.length && words[behind].start < end) behind += 1;
    if (behind === first) {
      lost += 1;
      continue;
    }
    tags[first] = `B-${label}`;
    tags.fill(`I-${label}`, first + 1, behind);
    if (words[first].start !== start || words[behind - 1].end !== end) widened += 1;
    free = behind;
  }
  return { tags, widened, lost };
}

/** @returns how many of the words, from the first on, stand in a row of so many tokens, [CLS] and [SEP] included */
export function wordsInRow(words: readonly Word[], length: number): number {
  const cut = words.findIndex(({ token }) => token >= length - 1);
  return cut < 0 ? words.length : cut;
}

/**
 * A class for each token of a row, as transformers' example for token classification gives them: the first piece of a word
 * has the word's, and −1 the pieces that continue it, [CLS] and [SEP].
 * @param classes of the words
 * @param length tokens of the row
 */
export function tokenClasses(words: readonly Word[], classes: readonly number[], length: number): number[] {
  const labels = new Array<number>(length).fill(-1);
  for (let word = 0; word < wordsInRow(words, length); word += 1) labels[words[word].token] = classes[word];
  return labels;
}
