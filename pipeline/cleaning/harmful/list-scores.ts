// Scores by lists of words: how many of a text's words are on the list, in per cent, 1 at most. A word in a short remark
// weighs more than one in a long article that cites it.
import type { Analysers } from '../language/analysers.ts';
import type { LabelScores } from '../text-classifier/label-figures.ts';
import { createKoreanCounter } from './korean-words.ts';
import { wordLists } from './word-lists.ts';

type Count = (text: string) => number;

/** Scores a text, from 0 to 1 for each label of the lists. */
export type ScoreByLists = (text: string) => LabelScores;

/** Makes what scores texts by the lists of some languages. */
export async function createListScores(
  languages: readonly ('en' | 'ko')[],
  analysers: Analysers,
): Promise<ScoreByLists> {
  const counts: [string, Count][] = [];
  const { en, ko } = wordLists();
  if (languages.includes('ko')) {
    const { harmless, choseong } = ko;
    counts.push(['profanity', createKoreanCounter({ words: ko.profanity, harmless, choseong })]);
    for (const label of ['hate', 'nsfw', 'advertising', 'spam'] as const)
      counts.push([label, createKoreanCounter({ words: ko[label] })]);
  }
  if (languages.includes('en')) {
    const obscenities = await analysers.englishObscenities();
    const labels = new Map(
      (['hate', 'nsfw'] as const).flatMap((label) => en[label].map((word) => [word, label] as const)),
    );
    for (const label of ['profanity', 'hate', 'nsfw'] as const)
      counts.push([
        label,
        (text) => obscenities(text).filter((word) => (labels.get(word) ?? 'profanity') === label).length,
      ]);
    for (const label of ['advertising', 'spam'] as const) counts.push([label, countPhrases(en[label])]);
  }

  return (text) => {
    const hundreds = Math.max(1, countWords(text) / 100);
    const scores: Record<string, number> = {};
    for (const [label, count] of counts)
      scores[label] = Math.min(1, (scores[label] ?? 0) + count(text) / hundreds);
    return scores;
  };
}

function countPhrases(phrases: readonly string[]): Count {
  return (text) => {
    const folded = text.toLowerCase().replace(/\s+/g, ' ');
    let count = 0;
    for (const phrase of phrases)
      for (let at = folded.indexOf(phrase); at >= 0; at = folded.indexOf(phrase, at + phrase.length))
        count += 1;
    return count;
  };
}

function countWords(text: string): number {
  const words = text.matchAll(/\S+/g);
  let count = 0;
  while (words.next().done !== true) count += 1;
  return count;
}
