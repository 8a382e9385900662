// Spelling dictionaries that a recipe names: their paths are taken from where the model file stands, and their digests are
// filled in, so that another dictionary is another recipe.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import { dictionaryFiles, type SpellingDictionary } from '../contracts/model-spec/correction.ts';
import type { SpecProblem } from '../contracts/model-spec/model-spec.ts';

/** @returns the recipe with whole names of files, or what is wrong with it */
export async function nameDictionaries(
  { steps, ...rest }: CleaningSpec,
  directory: string,
): Promise<{ readonly cleaning: CleaningSpec } | { readonly problems: readonly SpecProblem[] }> {
  const problems: SpecProblem[] = [];
  const named = steps.map(async (step, at) => {
    if (step.step !== 'correct-errors' || step.dictionary === undefined) return step;
    try {
      return { ...step, dictionary: await withDigest(step.dictionary, directory) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({
        path: `cleaning.steps.${at}.dictionary.path`,
        message: `expected a dictionary of Hunspell, <path>.aff and <path>.dic, such as Debian's hunspell-ko: ${reason}`,
      });
      return step;
    }
  });
  const cleaning = { ...rest, steps: await Promise.all(named) };
  return problems.length > 0 ? { problems } : { cleaning };
}

async function withDigest(
  { path, frequencies }: SpellingDictionary,
  directory: string,
): Promise<SpellingDictionary> {
  const whole = {
    path: resolve(directory, path),
    ...(frequencies !== undefined && { frequencies: resolve(directory, frequencies) }),
  };
  const hash = createHash('sha256');
  for (const file of dictionaryFiles(whole))
    hash.update(
      createHash('sha256')
        .update(await readFile(file))
        .digest(),
    );
  return { ...whole, digest: `sha256:${hash.digest('hex')}` };
}
