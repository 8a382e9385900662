// The rules of C4 (Raffel et al. 2020, JMLR 21:140, 2.2): lines that are no prose go, and pages with too little left, with
// placeholder text or with code. Order, thresholds and reasons are those of datatrove 0.10's C4QualityFilter; bad words are left
// to another step, as there.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { isBlank, splitLines, strip } from './words/characters.ts';
import type { WordSplitter } from './words/word-splitter.ts';
import type { CleaningStep, Verdict } from './working-document.ts';
import { changeTo } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'c4-quality' }>;

const CITATION = /\[\d*\]|\[edit\]|\[citation needed\]/g;
const ENDS = /[.?!"']$/;
const POLICY = /terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies/i;

/** @returns the number of words between blanks, and code units of the longest */
function measureWords(line: string): { readonly words: number; readonly longest: number } {
  let [words, longest, start] = [0, 0, 0];
  for (let at = 0; at <= line.length; at += 1) {
    if (at < line.length && !isBlank(line.charCodeAt(at))) continue;
    if (at > start) {
      words += 1;
      longest = Math.max(longest, at - start);
    }
    start = at + 1;
  }
  return { words, longest };
}

/** What becomes of a line: it stays, it goes, or the document goes for it. */
type Line = { readonly text: string } | { readonly reason?: 'lorem_ipsum' | 'curly_bracket' };

function judgeLine(raw: string, options: Options): Line {
  const stripped = strip(raw);
  const { words, longest } = measureWords(stripped);
  if (longest > options.maximumWordLength) return {};
  const text = options.removeCitations ? stripped.replace(CITATION, '') : stripped;
  if (options.endedLines && (!ENDS.test(text) || text.endsWith('...'))) return {};
  if (words < options.minimumWordsPerLine) return {};
  if (options.loremIpsum && /lorem ipsum/i.test(text)) return { reason: 'lorem_ipsum' };
  if (options.javascript && /javascript/i.test(text)) return {};
  if (options.curlyBrackets && text.includes('{')) return { reason: 'curly_bracket' };
  if (options.policies && POLICY.test(text)) return {};
  return { text };
}

/** Makes the step `c4-quality`. */
export function createC4Quality(options: Options, words: WordSplitter): CleaningStep {
  return (document): Verdict => {
    const kept: string[] = [];
    let sentences = 0;
    for (const raw of splitLines(document.text)) {
      const line = judgeLine(raw, options);
      if ('text' in line) {
        kept.push(line.text);
        if (options.minimumSentences > 0) sentences += words.countSentences(line.text);
      } else if (line.reason) return { decision: 'drop', reason: line.reason };
    }
    if (sentences < options.minimumSentences) return { decision: 'drop', reason: 'too_few_sentences' };
    return changeTo(document, strip(kept.join('\n')));
  };
}
