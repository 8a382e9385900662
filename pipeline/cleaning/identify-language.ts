// Keeps what is written in the languages that are wanted: whole documents, or the paragraphs of each. Paragraphs of few words tell
// their language well enough, and single words do not, so those stay with what stands around them.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { TellLanguage, ToldLanguage } from './language/analysers.ts';
import type { Rewrite } from './rewrites.ts';
import type { CleaningStep, Verdict } from './working-document.ts';
import { changeBy } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'identify-language' }>;

/** Makes the step `identify-language`. */
export function createIdentifyLanguage(
  { languages, minimumScore, by }: Options,
  load: () => Promise<TellLanguage>,
): CleaningStep {
  const isForeign = ({ language, score, isReliable }: ToldLanguage): boolean =>
    isReliable && score >= minimumScore && !languages.includes(language);

  const judge = ({ language, score }: ToldLanguage): Verdict => {
    if (!languages.includes(language)) return { decision: 'drop', reason: `language-${language}` };
    return score < minimumScore ? { decision: 'drop', reason: 'language-uncertain' } : { decision: 'keep' };
  };

  return async (document) => {
    const tell = await load();
    const { text } = document;
    if (by === 'document') return judge(tell(text));
    const foreign = [...text.matchAll(/[^\n]+\n*/g)].filter(({ 0: paragraph }) => isForeign(tell(paragraph)));
    const removed: Rewrite = {
      replacements: foreign.map(({ index: start, 0: piece }) => ({ start, piece, by: '' })),
    };
    const rest = foreign.reduce((length, { 0: piece }) => length - piece.length, text.length);
    // What is left must tell its language as a whole, and where nothing is left, the document told it.
    if (foreign.length === 0 || rest === 0) return judge(tell(text));
    const changed = changeBy(document, [removed], { paragraphs: foreign.length });
    if (changed.decision !== 'change') return changed;
    const verdict = judge(tell(changed.text));
    return verdict.decision === 'drop' ? verdict : changed;
  };
}
