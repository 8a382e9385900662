// The stages of a model's life, in the order in which data passes through them. One word names a stage everywhere.
import { z } from 'zod';

export const stages = [
  'collection',
  'cleaning',
  'tokenization',
  'training',
  'evaluation',
  'registration',
  'rollout',
] as const;

export const stageSchema = z.enum(stages);

/** One stage of the pipeline. */
export type Stage = (typeof stages)[number];
