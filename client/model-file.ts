// Loads a model file and checks all of it. Relative paths in it are taken from where the file stands.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import type { CollectionSpec } from '../contracts/model-spec/collection.ts';
import { type ModelSpec, parseModelSpec, type SpecProblem } from '../contracts/model-spec/model-spec.ts';
import { chatTemplateProblems } from './chat-template.ts';
import { nameDictionaries } from './dictionary-files.ts';
import { nameEvaluationSets } from './evaluation-set-files.ts';

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
  const wrongTemplate = chatTemplateProblems(parsed.spec);
  if (wrongTemplate.length > 0) throw new ModelFileError(path, wrongTemplate);
  const named = await nameEvaluationSets(parsed.spec.cleaning, dirname(absolute));
  if ('problems' in named) throw new ModelFileError(path, named.problems);
  const spelled = await nameDictionaries(named.cleaning, dirname(absolute));
  if ('problems' in spelled) throw new ModelFileError(path, spelled.problems);
  const directory = dirname(absolute);
  return {
    ...parsed.spec,
    collection: withAbsolutePaths(parsed.spec.collection, directory),
    cleaning: await withCleaningFiles(spelled.cleaning, { directory, path }),
  };
}

async function importDefault(absolute: string): Promise<unknown> {
  try {
    const module = await importModule(absolute);
    // Where the nearest package.json does not say `"type": "module"`, the export of a TypeScript file stands one deeper.
    const { default: inner } = module;
    return typeof inner === 'object' && inner !== null && 'default' in inner ? inner.default : inner;
  } catch (error) {
    throw new ModelFileError(absolute, [
      { path: '(the file)', message: `cannot be loaded: ${inOneLine(error)}` },
    ]);
  }
}

async function importModule(absolute: string): Promise<{ default?: unknown }> {
  const { href } = pathToFileURL(absolute);
  if (!/\.[cm]?ts$/.test(absolute)) return (await import(href)) as { default?: unknown };
  const { tsImport } = await import('tsx/esm/api');
  return (await tsImport(href, import.meta.url)) as { default?: unknown };
}

const withoutCoppice =
  "it imports 'coppice', which is not found from there: put it into Coppice's folder, or link that folder as node_modules/coppice beside it";

function inOneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^Cannot find (?:module|package) 'coppice'/.test(message)) return withoutCoppice;
  return message
    .replace(/\nRequire stack:[^]*$/, '') // which names our own files
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\?namespace=[\w-]+/g, '')
    .replace(/ imported from .*\/client\/model-file\.ts$/, '');
}

/** Files of classifiers are named with their digest, so that another one is another recipe. */
async function withCleaningFiles(
  { steps, ...rest }: CleaningSpec,
  { directory, path }: { readonly directory: string; readonly path: string },
): Promise<CleaningSpec> {
  const named = steps.map(async (step, at) => {
    const labelled = 'labelled' in step &&
      step.labelled !== undefined && { labelled: resolve(directory, step.labelled) };
    if (!('classifier' in step) || step.classifier === undefined) return { ...step, ...labelled };
    const file = resolve(directory, step.classifier.path);
    const bytes = await readFile(file).catch((error: unknown) => {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      const message = `${file} cannot be read (${reason}): \`coppice train-filter\` writes such files`;
      throw new ModelFileError(path, [{ path: `cleaning.steps.${at}.classifier.path`, message }]);
    });
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return { ...step, ...labelled, classifier: { path: file, digest } };
  });
  return { ...rest, steps: await Promise.all(named) };
}

function withAbsolutePaths(collection: CollectionSpec, directory: string): CollectionSpec {
  const absolute = <T extends object>(source: T): T =>
    'path' in source && typeof source.path === 'string'
      ? { ...source, path: resolve(directory, source.path) }
      : source;
  const labels = collection.labels.map((source) => ({
    ...absolute(source),
    ...('classifier' in source &&
      source.classifier !== undefined && { classifier: resolve(directory, source.classifier) }),
    ...('functions' in source &&
      source.functions !== undefined && { functions: resolve(directory, source.functions) }),
  }));
  return { sources: collection.sources.map(absolute), labels };
}
