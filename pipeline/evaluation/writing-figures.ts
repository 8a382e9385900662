// What a language model's texts are like, whatever they should have been: how varied, how much of the corpus word for word,
// whether they refuse, hold personal data or harmful words, and whether JSON is JSON where it was asked for.
import { personalDataKinds } from '../../contracts/model-spec/personal-data.ts';
import { createPersonalDataSearch } from '../cleaning/personal-data/redact-personal-data.ts';
import type { AnsweredPrompt } from './exact-match.ts';
import type { DiversityFigures } from './generation/diversity.ts';
import { measureDiversity } from './generation/diversity.ts';
import { isHarmful } from './generation/harmful.ts';
import { isJsonText } from './generation/json-text.ts';
import type { MemorisationFigures } from './generation/memorisation.ts';
import { measureMemorisation } from './generation/memorisation.ts';
import { isRefusal } from './generation/refusal.ts';

export interface WritingFigures {
  /** How many texts were written. */
  readonly texts: number;
  readonly diversity: DiversityFigures;
  readonly memorisation: MemorisationFigures;
  /** Texts that begin as a refusal does. */
  readonly refusals: number;
  /** Pieces of personal data by their kind; kinds that were not found are absent. */
  readonly personalData: Readonly<Record<string, number>>;
  /** Texts with a word of the lists of profanity, hate or explicit words. */
  readonly harmful: number;
  /** Of the answers that should have been JSON; absent where none should. */
  readonly json?: { readonly asked: number; readonly valid: number };
}

export interface WritingInput {
  /** Continuations of prompts, and whatever else stands for itself. */
  readonly continuations: readonly string[];
  readonly answers: readonly Pick<AnsweredPrompt, 'expected' | 'answered'>[];
  /** What was trained on. */
  readonly documents: Iterable<string>;
  /** @returns scores by label, as cleaning tells them */
  readonly scoreHarm: (text: string) => Readonly<Record<string, number>>;
}

const regions = ['KR', 'US'];

export function measureWriting({
  continuations,
  answers,
  documents,
  scoreHarm,
}: WritingInput): WritingFigures {
  const texts = [...continuations, ...answers.map(({ answered }) => answered)];
  const search = createPersonalDataSearch({ kinds: [...personalDataKinds], regions });
  const personalData: Record<string, number> = {};
  for (const text of texts) {
    for (const { kind } of search(text).pieces) personalData[kind] = (personalData[kind] ?? 0) + 1;
  }
  const json = answers.filter(({ expected }) => isJsonText(expected));
  return {
    texts: texts.length,
    diversity: measureDiversity(texts),
    memorisation: measureMemorisation(texts, documents),
    refusals: texts.filter(isRefusal).length,
    personalData,
    harmful: texts.filter((text) => isHarmful(scoreHarm(text))).length,
    ...(json.length > 0 && {
      json: { asked: json.length, valid: json.filter(({ answered }) => isJsonText(answered)).length },
    }),
  };
}
