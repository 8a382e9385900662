// Temporal search attributes that workflows carry, all keywords: six of the ten that a development server has room for.

export const searchAttributes = {
  /** Name of the model that the workflow works for. */
  model: 'CoppiceModel',
  /** Version that it makes or moves. */
  version: 'CoppiceVersion',
  /** Stage of contracts/stages.ts in which it stands. */
  stage: 'CoppiceStage',
  /** What began it: person, schedule, alert. */
  trigger: 'CoppiceTrigger',
  /** How it ended or was judged. */
  verdict: 'CoppiceVerdict',
  /** Version in service while it runs. */
  champion: 'CoppiceChampion',
} as const;

export type SearchAttribute = (typeof searchAttributes)[keyof typeof searchAttributes];
