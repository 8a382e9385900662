// Cleaning: the cases of each peer stand in a file of their own.
import type { Bench } from '../measure.ts';
import { openRecipeCases } from './recipe.ts';

export async function openCleaningBench(say: (line: string) => void): Promise<Bench> {
  return openRecipeCases(say);
}
