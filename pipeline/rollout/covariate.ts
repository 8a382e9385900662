// What was known of a subject before it met either version, taken out of its outcome: CUPED, Deng, Xu, Kohavi and Walker,
// "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013, section 3.
// Departs from it in that the slope rests on the subjects before alone, so that a test may look after each. Sums are
// kept after Welford (1962), Technometrics 4(3).

/** What has been seen of pairs of covariate and outcome. */
export interface CovariateState {
  readonly count: number;
  readonly meanCovariate: number;
  readonly meanOutcome: number;
  readonly covariateSquares: number;
  readonly products: number;
}

/** The state before any pair. */
export const emptyCovariate: CovariateState = {
  count: 0,
  meanCovariate: 0,
  meanOutcome: 0,
  covariateSquares: 0,
  products: 0,
};

/** From fewer pairs a slope is mostly noise. */
const slopeFrom = 20;

/**
 * Adds a subject.
 *
 * @param state - what has been seen before
 * @param covariate - a finite number from before the experiment
 * @param outcome - a finite number
 * @returns the state after it
 */
export function updateCovariate(state: CovariateState, covariate: number, outcome: number): CovariateState {
  const count = state.count + 1;
  const deviation = covariate - state.meanCovariate;
  const meanCovariate = state.meanCovariate + deviation / count;
  const meanOutcome = state.meanOutcome + (outcome - state.meanOutcome) / count;
  return {
    count,
    meanCovariate,
    meanOutcome,
    covariateSquares: state.covariateSquares + deviation * (covariate - meanCovariate),
    products: state.products + deviation * (outcome - meanOutcome),
  };
}

/**
 * How much of an outcome the covariate foretells, by least squares over the pairs so far.
 *
 * @param state - what has been seen
 * @param covariate - of the next subject
 * @returns θ (X − mean X), to be added to the mean outcome; 0 before {@link slopeFrom} pairs or where covariates are all the same
 */
export function foretold(state: CovariateState, covariate: number): number {
  if (state.count < slopeFrom || state.covariateSquares === 0) return 0;
  return (state.products / state.covariateSquares) * (covariate - state.meanCovariate);
}
