// Evaluation sets that a recipe names: their paths are taken from where the model file stands, and their digests are filled in,
// so that another set is another recipe.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import type { SpecProblem } from '../contracts/model-spec/model-spec.ts';

/** @returns the recipe with whole names of files, or what is wrong with it */
export async function nameEvaluationSets(
  { steps, ...rest }: CleaningSpec,
  directory: string,
): Promise<{ readonly cleaning: CleaningSpec } | { readonly problems: readonly SpecProblem[] }> {
  const problems: SpecProblem[] = [];
  const named = steps.map(async (step, at) => {
    if (step.step !== 'decontaminate') return step;
    const sets = step.sets.map(async (set, place) => {
      const path = resolve(directory, set.path);
      try {
        return { ...set, path, digest: await digestOf(path) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        problems.push({
          path: `cleaning.steps.${at}.sets.${place}.path`,
          message: `cannot be read: ${reason}`,
        });
        return set;
      }
    });
    return { ...step, sets: await Promise.all(sets) };
  });
  const cleaning = { ...rest, steps: await Promise.all(named) };
  return problems.length > 0 ? { problems } : { cleaning };
}

async function digestOf(path: string): Promise<`sha256:${string}`> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}
