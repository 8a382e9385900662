// Which held-out texts a report looks into: right answers that it was surest of, and two wrong ones.
import type { Decision, Predictions } from './predictions.ts';
import { predictedClasses } from './predictions.ts';
import { worstErrors } from './worst-errors.ts';

/** Why a text was chosen. */
export type ChosenAs = 'right' | 'near-miss' | 'worst-error';

/** A held-out text that is looked into. */
export interface ChosenText {
  readonly chosenAs: ChosenAs;
  /** Index of the example. */
  readonly example: number;
  readonly label: number;
  readonly predicted: number;
  /** Probability that the answer was given. */
  readonly probability: number;
}

const MOST_RIGHT = 2;

export interface ChoiceOptions {
  readonly decision: Decision | undefined;
  /** Tokens of each example. [N] */
  readonly lengths: ArrayLike<number>;
  /** Tokens that can be shown: of right answers, which are many, one that fits is taken. */
  readonly shownTokens: number;
}

/**
 * Chooses texts.
 * @returns for two classes at most the surest right answer, then of the wrong ones that in which the truth came nearest,
 * and the worst; for few errors fewer
 */
export function chooseTexts(predictions: Predictions, options: ChoiceOptions): ChosenText[] {
  const wrong = worstErrors(predictions, options.decision).map(({ example, label, predicted }) => ({
    example,
    label,
    predicted,
    probability: predictions.probabilities[example * predictions.classes + predicted],
  }));
  const worst = wrong.at(0);
  const nearest = wrong.length > 1 ? wrong.at(-1) : undefined;
  return [
    ...surestRight(predictions, options).map((text) => ({ chosenAs: 'right' as const, ...text })),
    ...(nearest ? [{ chosenAs: 'near-miss' as const, ...nearest }] : []),
    ...(worst ? [{ chosenAs: 'worst-error' as const, ...worst }] : []),
  ];
}

/** One of a class, of two classes at most; one that fits before one that does not, then the surest, then the first. */
function surestRight(
  predictions: Predictions,
  { decision, lengths, shownTokens }: ChoiceOptions,
): Omit<ChosenText, 'chosenAs'>[] {
  const { labels, probabilities, classes } = predictions;
  const predicted = predictedClasses(predictions, decision);
  const right = [...predicted].flatMap((answer, example) =>
    answer === labels[example]
      ? [
          {
            example,
            label: answer,
            predicted: answer,
            probability: probabilities[example * classes + answer],
          },
        ]
      : [],
  );
  const fits = ({ example }: { example: number }): number => Number(lengths[example] <= shownTokens);
  right.sort((a, b) => fits(b) - fits(a) || b.probability - a.probability || a.example - b.example);
  const first = new Map(right.toReversed().map((text) => [text.label, text]));
  return right.filter((text) => first.get(text.label) === text).slice(0, MOST_RIGHT);
}
