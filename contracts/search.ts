// A search of hyperparameters as it goes, and as it ended: what a person and the report are told of each trial.
import { z } from 'zod';
import { hyperparametersSchema, searchSchema } from './model-spec/search.ts';

export const trialOutcomes = ['waiting', 'running', 'dropped', 'diverged', 'best'] as const;

/** What a trial came to at the end of a rung. */
export const rungResultSchema = z.object({
  /** Since the start of the phase. */
  steps: z.number().int(),
  /** On what is validated on, in nats; absent: it diverged. */
  loss: z.number().optional(),
});

export const trialRowSchema = z.object({
  /** From 1. */
  trial: z.number().int(),
  /** By path below `training`. */
  hyperparameters: hyperparametersSchema,
  /** The last rung that it began, from 0. */
  rung: z.number().int(),
  /** Of the rungs that it ended, from the first. */
  results: z.array(rungResultSchema),
  outcome: z.enum(trialOutcomes),
});
export type TrialRow = z.infer<typeof trialRowSchema>;

/** What is stored of a search: all its trials, compared. */
export const searchTableSchema = z.object({
  search: searchSchema,
  /** Of the phase, as the model file calls it. */
  phase: z.string(),
  /** Of the whole phase in a trial. */
  plannedSteps: z.number().int(),
  trials: z.array(trialRowSchema),
  /** The version's phase went on from the best trial's checkpoint; else it was trained from its start. */
  goesOn: z.boolean(),
});
export type SearchTable = z.infer<typeof searchTableSchema>;

/** What the search's workflow answers to a query. */
export interface SearchStatus {
  readonly phase: string;
  readonly trials: readonly TrialRow[];
}
