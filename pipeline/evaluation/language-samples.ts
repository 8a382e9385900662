// What a language model makes of single texts, for a person to look at: how likely each token of a sample is, and how
// prompts go on, beside how they go on in the corpus.
import { textFigures } from '../generation/text-figures.ts';

/** One token of a text. */
export interface ScoredToken {
  /** As people read it. */
  readonly token: string;
  /** Given all before it. */
  readonly probability: number;
}

/** A text and how likely it is. */
export interface ScoredText {
  readonly text: string;
  readonly tokens: readonly ScoredToken[];
  /** ln of the product of all of them: the product of a long text is too small for a number. */
  readonly logProbability: number;
  readonly perplexity: number;
  readonly bitsPerByte: number;
}

/** How a text goes on. */
export interface Continuation {
  readonly prompt: string;
  /** The likeliest tokens that may follow it, the likeliest first. */
  readonly likeliest: readonly ScoredToken[];
  /** By the likeliest token each time. */
  readonly greedy: string;
  /** Drawn by chance. */
  readonly drawn: string;
  readonly inCorpus: Followers;
}

/** What follows a text in the documents that were trained on. */
export interface Followers {
  readonly times: number;
  /** Counted where it ends words, since it is no word of its own anywhere. */
  readonly endsWords?: true;
  /** Those that follow most often, the most frequent first. */
  readonly words: readonly { readonly word: string; readonly count: number }[];
}

/** @param tokens of the whole text, the first one included */
export function scoreText(
  text: string,
  tokens: readonly { readonly token: string; readonly logProbability: number }[],
): ScoredText {
  const logProbabilities = tokens.map(({ logProbability }) => logProbability);
  const { perplexity, bitsPerByte } = textFigures(logProbabilities, new TextEncoder().encode(text).length);
  return {
    text,
    tokens: tokens.map(({ token, logProbability }) => ({ token, probability: Math.exp(logProbability) })),
    logProbability: logProbabilities.reduce((sum, of) => sum + of, 0),
    perplexity,
    bitsPerByte,
  };
}

const MOST_SAMPLES = 3;
const BEGINNING = 2_000; // units of a document in which a sentence is looked for
const LEAST_WORDS = 4; // fewer are a heading
const MOST_CHARACTERS = 160;
const PROMPT_WORDS = 3;

/**
 * @param documents that were held out
 * @returns the first sentence of a few of them, from the first to the last
 */
export function sampleSentences(documents: readonly string[]): string[] {
  const sentences = documents.flatMap((text) => firstSentence(text) ?? []);
  const count = Math.min(MOST_SAMPLES, sentences.length);
  return Array.from({ length: count }, (_, at) => sentences[Math.floor((at * sentences.length) / count)]);
}

function firstSentence(text: string): string | undefined {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  for (const { segment } of segmenter.segment(text.slice(0, BEGINNING))) {
    const words = segment.trim().split(/\s+/);
    if (words.length < LEAST_WORDS) continue;
    while (words.length > LEAST_WORDS && words.join(' ').length > MOST_CHARACTERS) words.pop();
    return Array.from(words.join(' ')).slice(0, MOST_CHARACTERS).join('');
  }
  return undefined;
}

/** @returns how samples begin, without repetitions */
export function beginningsOf(samples: readonly string[]): string[] {
  return [...new Set(samples.map((text) => text.split(/\s+/).slice(0, PROMPT_WORDS).join(' ')))];
}

const MOST_FOLLOWERS = 5;

/**
 * Counts which words follow a text, where it stands as words of its own; if it does so nowhere, as a Korean ending may,
 * where it ends longer words.
 * @example followersOf('나는', ['나는 밥을', '어제 나는 밥을 …']) → 2 times, 밥을 in each
 * @example followersOf('나는', ['끝나는 선을']) → once, 선을, at the end of words
 */
export function followersOf(prompt: string, documents: Iterable<string>): Followers {
  const [asWords, asEnding] = [new Map<string, number>(), new Map<string, number>()];
  for (const text of documents) {
    for (let at = text.indexOf(prompt); at >= 0; at = text.indexOf(prompt, at + prompt.length)) {
      const rest = text.slice(at + prompt.length, at + prompt.length + LONGEST_WORD);
      const word = /^\s+(\S+)/.exec(rest)?.[1];
      if (word === undefined) continue;
      const counts = at === 0 || /\s/.test(text[at - 1]) ? asWords : asEnding;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const endsWords = asWords.size === 0 && asEnding.size > 0;
  const words = [...(endsWords ? asEnding : asWords)].map(([word, count]) => ({ word, count }));
  return {
    times: words.reduce((sum, { count }) => sum + count, 0),
    ...(endsWords && { endsWords }),
    words: words.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1)).slice(0, MOST_FOLLOWERS),
  };
}

const LONGEST_WORD = 64; // units
