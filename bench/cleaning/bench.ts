// Cleaning: the cases of each kind of work stand in a file of their own.
import type { Bench } from '../measure.ts';
import { openDuplicatesCases } from './duplicates.ts';
import { openExtractionCases } from './extraction.ts';
import { openRecipeCases } from './recipe.ts';

export async function openCleaningBench(say: (line: string) => void): Promise<Bench> {
  const opened: Bench[] = [];
  for (const open of [openRecipeCases, openDuplicatesCases, openExtractionCases])
    opened.push(await open(say));
  return {
    cases: opened.flatMap(({ cases }) => cases),
    goals: opened.flatMap(({ goals = [] }) => goals),
    remarks: opened.flatMap(({ remarks }) => remarks),
    close: async () => {
      for (const { close } of opened) await close();
    },
  };
}
