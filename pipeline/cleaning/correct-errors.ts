// Corrects common errors: typos and grammar of English; a table and spelling for Korean. Every change is counted, and stays on
// record.
import type { Correction } from '../../contracts/document.ts';
import type { CorrectErrorsSpec } from '../../contracts/model-spec/correction.ts';
import { grammarCorrections } from './correction/english-grammar.ts';
import { createEnglishTypos } from './correction/english-typos.ts';
import { koreanCorrections } from './correction/korean-errors.ts';
import { createKoreanSpelling } from './correction/korean-spelling.ts';
import type { Analysers } from './language/analysers.ts';
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

/** A replacement, and by which name the funnel counts it. */
interface Counted extends Replacement {
  readonly kind: string;
}

type FindErrors = (text: string) => Counted[] | Promise<Counted[]>;

/** Makes the step `correct-errors`. */
export function createCorrectErrors(spec: CorrectErrorsSpec, analysers: Analysers): CleaningStep {
  let finding: Promise<readonly FindErrors[]> | undefined;
  return async (document) => {
    finding ??= findersOf(spec, analysers);
    let found: readonly Counted[] = [];
    for (const find of await finding) found = merge(found, await find(document.text));
    const earlier = document.corrections ?? [];
    const stands = earlier.map(({ start, before, after }) => ({ start, piece: after, by: before, kind: '' }));
    const replacements = merge(stands, found).filter(({ kind }) => kind !== '');
    const counts: Record<string, number> = {};
    for (const { kind } of replacements) counts[kind] = (counts[kind] ?? 0) + 1;
    const verdict = changeBy(document, [{ replacements }], counts);
    return verdict.decision === 'change'
      ? { ...verdict, corrections: recordOf(replacements, earlier) }
      : verdict;
  };
}

async function findersOf(
  { language, keep, maximumLookups, grammar, grammarRules, dictionary }: CorrectErrorsSpec,
  { englishSpelling, englishGrammar, koreanSpelling }: Analysers,
): Promise<FindErrors[]> {
  const options = { keep: new Set(keep), maximumLookups };
  const correction = (it: Replacement): Counted => ({ ...it, kind: 'corrections' });
  if (language === 'ko') {
    const finders: FindErrors[] = [(text) => koreanCorrections(text, options.keep).map(correction)];
    if (dictionary === undefined) return finders;
    const spelling = createKoreanSpelling(await koreanSpelling(dictionary), options);
    return [...finders, (text) => spelling(text).map((it) => ({ ...it, kind: 'spelling' }))];
  }
  const typos = createEnglishTypos(await englishSpelling(), options);
  const finders: FindErrors[] = [(text) => typos(text).map(correction)];
  if (!grammar) return finders;
  const checking = { find: await englishGrammar(), keep: options.keep, rules: grammarRules };
  return [
    ...finders,
    async (text) =>
      (await grammarCorrections(text, checking)).map(({ rule, ...it }) => ({
        ...it,
        kind: `grammar ${rule}`,
      })),
  ];
}

/** Both in the order of the text; of two that touch, the first list's stays. */
function merge(first: readonly Counted[], second: readonly Counted[]): Counted[] {
  const all: Counted[] = [];
  let [at, done] = [0, -1];
  for (const it of second) {
    for (; at < first.length && first[at].start <= it.start + it.piece.length; at += 1) {
      all.push(first[at]);
      done = first[at].start + first[at].piece.length;
    }
    if (it.start > done) all.push(it);
  }
  return [...all, ...first.slice(at)];
}

/** Where each change stands in the text that it made; earlier ones have moved with it. */
function recordOf(replacements: readonly Replacement[], earlier: readonly Correction[]): Correction[] {
  const added = replacements.map(({ start, piece, by }) => ({
    start,
    before: piece,
    after: by,
    grows: by.length - piece.length,
  }));
  const kept = earlier.map((it) => ({ ...it, grows: 0 }));
  let moved = 0;
  return [...kept, ...added]
    .sort((a, b) => a.start - b.start)
    .map(({ start, before, after, grows }) => {
      const correction = { start: start + moved, before, after };
      moved += grows;
      return correction;
    });
}

/**
 * Takes corrections back.
 * @param text as the step left it
 * @returns the text as the step found it
 */
export function undoCorrections(text: string, corrections: readonly Correction[]): string {
  let restored = '';
  let done = 0;
  for (const { start, before, after } of corrections) {
    restored += text.slice(done, start) + before;
    done = start + after.length;
  }
  return restored + text.slice(done);
}
