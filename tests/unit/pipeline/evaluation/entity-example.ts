// Answered documents for tests of how entities are judged.
import type { AnsweredDocument } from '../../../../pipeline/evaluation/entity-errors.ts';
import type { EntityEvaluationInput } from '../../../../pipeline/evaluation/entity-evaluation.ts';

/** Words between white space, with the tags that they have and those that were answered. */
export function answered(
  id: string,
  text: string,
  { labelled, answered: tags, score = 0.5 }: { labelled: string; answered: string; score?: number },
): AnsweredDocument {
  const words = [...text.matchAll(/\S+/g)].map(({ index, 0: word }, at) => ({
    start: index,
    end: index + word.length,
    token: at + 1,
  }));
  return {
    ...{
      id,
      source: id.split('/')[0],
      text,
      words,
      labelled: labelled.split(' '),
      answered: tags.split(' '),
    },
    scores: words.map(() => score),
  };
}

/** Three documents: one right, one with another label and other words, one with an entity that is none. */
export const example: EntityEvaluationInput = {
  seed: 1,
  gates: [{ kind: 'at-least', metric: 'entityF1', bound: 0.5 }],
  training: [{ id: 'notes/0', text: 'Ada sang in Rome', words: ['Ada', 'sang'], tags: ['B-person', 'O'] }],
  holdout: [
    answered('notes/a', 'Ada sang', { labelled: 'B-person O', answered: 'B-person O' }),
    answered('notes/b', 'Paris saw Grace Hopper', {
      ...{ labelled: 'B-place O B-person I-person', answered: 'B-person O B-person O', score: 0.75 },
    }),
    answered('notes/c', 'the Thames froze', { labelled: 'O O O', answered: 'O B-place O', score: 0.875 }),
  ],
  counts: { spans: 9, widened: 0, lost: 0, beyondContext: 0 },
};
