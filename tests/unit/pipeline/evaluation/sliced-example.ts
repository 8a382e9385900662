// Held-out documents of two sources, and candidates that fare badly on one of them or on none.
import type { ClassifierEvaluationInput } from '../../../../pipeline/evaluation/classifier-evaluation.ts';

/** So many documents of each source. */
export const PER_SOURCE = 60;

/** The classes take turns; of two documents in a row both sources have one. */
const documents = Array.from({ length: 2 * PER_SOURCE }, (_, at) => ({
  source: at % 2 === 0 ? 'inbox' : 'forum',
  label: Math.floor(at / 2) % 2,
  text: `document number ${at} ${'word '.repeat(at % 7)}`,
}));

/** @param wrong of how many documents of a source, the first ones, the answer is wrong */
export function answersWith(wrong: Readonly<Record<string, number>>): Float64Array {
  const seen: Record<string, number> = {};
  return Float64Array.from(
    documents.flatMap(({ source, label }) => {
      seen[source] = (seen[source] ?? 0) + 1;
      const right = seen[source] > (wrong[source] ?? 0);
      const positive = right === (label === 1) ? 0.9 : 0.1;
      return [1 - positive, positive];
    }),
  );
}

/** A champion that is wrong on three of each source, beside the candidate. */
export function slicedInput(candidate: Readonly<Record<string, number>>): ClassifierEvaluationInput {
  return {
    seed: 1,
    resamples: 200,
    classNames: ['ham', 'spam'],
    gates: [{ kind: 'no-worse-than-champion', metric: 'accuracy', margin: 0.02, slice: 'source' }],
    training: {
      texts: ['some ham', 'some spam', 'more ham', 'more spam'],
      labels: Int32Array.of(0, 1, 0, 1),
    },
    holdout: {
      ids: documents.map((_, at) => `document/${at}`),
      texts: documents.map(({ text }) => text),
      sources: documents.map(({ source }) => source),
      labels: Int32Array.from(documents, ({ label }) => label),
      probabilities: answersWith(candidate),
    },
    champion: {
      title: 'Version 1, in service',
      probabilities: answersWith({ inbox: 3, forum: 3 }),
      threshold: 0.5,
    },
  };
}
