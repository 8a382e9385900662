// Ten held-out mails that are small enough to follow by hand: what the evaluation and its report are tested with.
import type { ClassifierEvaluationInput } from '../../../../pipeline/evaluation/classifier-evaluation.ts';

const mails: readonly (readonly [text: string, label: 0 | 1, candidate: number, champion: number])[] = [
  ['meeting at noon', 0, 0.05, 0.1],
  ['see you at the meeting', 0, 0.1, 0.2],
  ['the kernel meeting', 0, 0.2, 0.1],
  ['noon is fine', 0, 0.3, 0.3],
  ['free lunch meeting', 0, 0.66, 0.4],
  ['see the kernel', 0, 0.15, 0.2],
  ['free prize', 1, 0.9, 0.2],
  ['win a prize now', 1, 0.8, 0.3],
  ['free money now', 1, 0.7, 0.4],
  ['무료 prize now', 1, 0.4, 0.1],
];

const pairs = (scores: readonly number[]): Float64Array =>
  Float64Array.from(scores.flatMap((score) => [1 - score, score]));

/** Spam is the second of two classes; the champion never finds any. */
export function exampleInput(): ClassifierEvaluationInput {
  return {
    seed: 1,
    resamples: 100,
    classNames: ['ham', 'spam'],
    gates: [
      { kind: 'at-least', metric: 'accuracy', bound: 0.8 },
      { kind: 'no-worse-than-champion', metric: 'auc', margin: 0.01 },
    ],
    training: {
      texts: [
        'meeting at noon',
        'see the kernel meeting',
        'lunch at noon',
        'is the kernel fine',
        'free prize now',
        'win money now',
        'prize 무료',
      ],
      labels: Int32Array.of(0, 0, 0, 0, 1, 1, 1),
    },
    holdout: {
      ids: mails.map((_, at) => `mail/${at}`),
      texts: mails.map(([text]) => text),
      languages: mails.map(([text]) => (/\p{Script=Hangul}/u.test(text) ? 'ko' : 'en')),
      labels: Int32Array.from(mails, ([, label]) => label),
      probabilities: pairs(mails.map(([, , candidate]) => candidate)),
    },
    champion: {
      title: 'Version 1, in service',
      probabilities: pairs(mails.map(([, , , champion]) => champion)),
      threshold: 0.5,
    },
  };
}
