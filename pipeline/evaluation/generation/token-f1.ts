// Token F1 of answers (Rajpurkar et al. 2016, SQuAD, arXiv:1606.05250), equal to SQuAD's script: in lower case, without ASCII
// punctuation, articles and further white space. Korean writes particles and endings onto its words, so that its answers
// are counted by characters instead, as KorQuAD does (Lim et al. 2019, arXiv:1909.07005).
import type { GenerationScore, Segments } from './segments.ts';
import { countReferences, createMeanScore } from './segments.ts';
import { splitWhiteSpace } from './white-space.ts';

export interface TokenF1Options {
  /** `words` by default. */
  readonly tokens?: 'words' | 'characters';
}

const punctuation = /[!-/:-@[-`{-~]/g;
const articles = /(?<![\p{L}\p{N}_])(?:an|a|the)(?![\p{L}\p{N}_])/gu;

const words = (text: string): readonly string[] =>
  splitWhiteSpace(text.toLowerCase().replace(punctuation, '').replace(articles, ' '));

const splits = {
  words,
  characters: (text: string): readonly string[] =>
    words(text.normalize('NFC')).flatMap((word) => Array.from(word)),
};

/**
 * Mean over the examples of the harmonic mean of the shares of tokens in common; of several references the best. An
 * answer without a token is right where nothing was to be answered, as in the second version of the script.
 * @throws MetricUndefined without examples, for unequal lengths or an example without a reference
 */
export function tokenF1(segments: Segments, { tokens = 'words' }: TokenF1Options = {}): GenerationScore {
  const references = countReferences('token F1', segments);
  const split = splits[tokens];
  const values = segments.hypotheses.map((hypothesis, example) => {
    const ours = split(hypothesis);
    return Math.max(...segments.references[example].map((text) => overlap(split(text), ours)));
  });
  return createMeanScore(Float64Array.from(values), `f1|nrefs:${references}|tok:${tokens}|agg:mean`);
}

function overlap(reference: readonly string[], text: readonly string[]): number {
  if (reference.length === 0 || text.length === 0) return reference.length === text.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const token of reference) left.set(token, (left.get(token) ?? 0) + 1);
  let both = 0;
  for (const token of text) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    both += 1;
    left.set(token, count - 1);
  }
  const [precision, recall] = [both / text.length, both / reference.length];
  return both === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
