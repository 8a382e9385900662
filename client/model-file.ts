// Loads a model file and checks all of it. Relative paths in it are taken from where the file stands.
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CollectionSpec } from '../contracts/model-spec/collection.ts';
import { type ModelSpec, parseModelSpec, type SpecProblem } from '../contracts/model-spec/model-spec.ts';

/** A model file that cannot be used, with every problem in it. */
export class ModelFileError extends Error {
  readonly path: string;
  readonly problems: readonly SpecProblem[];

  constructor(path: string, problems: readonly SpecProblem[]) {
    super(`${path}:\n${problems.map((problem) => `  ${problem.path}: ${problem.message}`).join('\n')}`);
    this.name = 'ModelFileError';
    this.path = path;
    this.problems = problems;
  }
}

/**
 * @param path of a TypeScript or JavaScript module whose default export is `defineModel({...})`
 * @throws ModelFileError with all problems at once
 */
export async function loadModelFile(path: string): Promise<ModelSpec> {
  const absolute = resolve(path);
  const parsed = parseModelSpec(await importDefault(absolute));
  if ('problems' in parsed) throw new ModelFileError(path, parsed.problems);
  return { ...parsed.spec, collection: withAbsolutePaths(parsed.spec.collection, dirname(absolute)) };
}

async function importDefault(absolute: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(absolute).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelFileError(absolute, [{ path: '(the file)', message: `cannot be loaded: ${reason}` }]);
  }
}

function withAbsolutePaths(collection: CollectionSpec, directory: string): CollectionSpec {
  const absolute = <T extends object>(source: T): T =>
    'path' in source && typeof source.path === 'string'
      ? { ...source, path: resolve(directory, source.path) }
      : source;
  return { sources: collection.sources.map(absolute), labels: collection.labels.map(absolute) };
}
