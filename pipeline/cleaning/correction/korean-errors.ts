// Errors that Koreans make often, and what is right by the rules of the National Institute of Korean Language (Korean
// orthography, articles 2, 35, 42, 53, 57). Only what is wrong wherever it stands, so that no grammar is needed to tell.
import type { Replacement } from '../rewrites.ts';

interface KoreanError {
  /** Global, and without repetitions, so that it is linear; groups stand for what comes before and after. */
  readonly pattern: RegExp;
  readonly by: string;
}

const always: Readonly<Record<string, string>> = {
  됬: '됐',
  됫: '됐',
  몇일: '며칠',
  오랫만: '오랜만',
  왠만: '웬만',
  웬지: '왠지',
  어의없: '어이없',
  설겆이: '설거지',
  역활: '역할',
  희안하: '희한하',
  금새: '금세',
  구지: '굳이',
  일일히: '일일이',
  곰곰히: '곰곰이',
  깨끗히: '깨끗이',
  뵈요: '봬요',
  되요: '돼요',
  되서: '돼서',
  되야: '돼야',
  할께: '할게',
  갈께: '갈게',
  줄께: '줄게',
  올께: '올게',
  볼께: '볼게',
};

/** Where these stand within other words, they are right. */
const atBeginning = new Set(['금새', '구지']);

const errors: readonly KoreanError[] = [
  ...Object.entries(always).map(([wrong, by]) => ({
    pattern: new RegExp(atBeginning.has(wrong) ? `(?<![가-힣])${wrong}(?![가-힣])` : wrong, 'g'),
    by,
  })),
  // 않 is an auxiliary behind 지; before a verb it is the adverb 안.
  { pattern: /(?<![가-힣]|지 )않(?= [가-힣])/g, by: '안' },
  { pattern: /(?<=[하되보가오먹같좋]지 )안(?=[는았])/g, by: '않' },
  // A bound noun stands apart from the verb before it.
  { pattern: /(?<=[가-힣]?[할될갈볼줄올알쓸을])수(?= ?[있없])/g, by: ' 수' },
  { pattern: /(?<=[할될갈볼줄올알쓸을] ?수)(?=[있없])/g, by: ' ' },
];

/** @returns what stands in the place of errors, in the order of the text */
export function koreanCorrections(text: string, keep: ReadonlySet<string>): Replacement[] {
  const found: Replacement[] = [];
  for (const { pattern, by } of errors)
    for (const { index: start, 0: piece } of text.matchAll(pattern))
      if (!keep.has(piece)) found.push({ start, piece, by });
  found.sort((a, b) => a.start - b.start || b.piece.length - a.piece.length);
  let end = 0;
  return found.filter(({ start, piece }) => {
    if (start < end) return false;
    end = start + piece.length;
    return true;
  });
}
