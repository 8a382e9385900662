// A version ready to answer: the package from the store, the shared preprocessing, the process, the decision rule.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { parseJson } from '../artifacts/artifact-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { directoryManifestSchema, mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Answer } from '../contracts/observation.ts';
import {
  decisionRuleSchema,
  packageFiles,
  preprocessingSchema,
  quantizedWeights,
} from '../contracts/version-package.ts';
import { type RequestContent, requestRecipe } from '../pipeline/cleaning/recipe.ts';
import { decide } from '../pipeline/evaluation/decision.ts';
import { startModelProcess } from './model-process.ts';

/** What a request may say: text, or a document of a media type that the model's recipe reads. */
export type ClassificationInput = RequestContent;

/** One version of one model, loaded. */
export interface LoadedVersion {
  readonly version: number;
  readonly labels: readonly string[];
  /**
   * @returns the answer, or the reason why the text cannot be read
   * @throws Error where the process is gone
   */
  answer(input: ClassificationInput): Promise<Answer | { reason: string }>;
  readonly ended: Promise<void>;
  stop(): void;
}

export interface VersionLoaderDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: Pick<RegistryReader, 'readVersion'>;
  /** Where packages are kept between starts. */
  readonly directory: string;
}

/** @returns a function that fetches what is not on this machine yet, verifies every byte, and starts the process */
export function createVersionLoader({ artifacts, registry, directory }: VersionLoaderDependencies) {
  return async (model: string, version: number): Promise<LoadedVersion> => {
    const document = await registry.readVersion(model, version);
    if (!document) throw new CoppiceFailure('ArtifactNotFound', `${model}@${version} is not in the registry`);
    const folder = join(directory, model, String(version));
    const weights = await fetchPackage(artifacts, document.package, folder);
    const read = async <T>(name: string, schema: z.ZodType<T>): Promise<T> =>
      parseJson(await readFile(join(folder, name), 'utf8'), schema, `${name} of ${model}@${version}`);
    const preprocessing = await read(packageFiles.preprocessing, preprocessingSchema);
    const rule = await read(packageFiles.decision, decisionRuleSchema);
    const recipe = requestRecipe(preprocessing.steps);
    const process = await startModelProcess({
      directory: folder,
      contextLength: preprocessing.contextLength,
      weights,
    });

    return {
      version,
      labels: rule.labels,
      ended: process.ended,
      stop: process.stop,
      answer: async (input) => {
        const startedAt = performance.now();
        const cleaned = await recipe.clean(input);
        if ('reason' in cleaned) return cleaned;
        const [row] = await process.score([cleaned.text]);
        return {
          version,
          label: decide(row, rule),
          probabilities: Object.fromEntries(rule.labels.map((label, index) => [label, row[index]])),
          latencyMs: performance.now() - startedAt,
        };
      },
    };
  };
}

/**
 * By way of its manifest, which stays as well: a gateway that starts again needs nothing of what it has.
 * @returns which file has the weights: quantized ones come in the place of the others
 */
async function fetchPackage(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  folder: string,
): Promise<string> {
  const manifest = join(folder, 'manifest.json');
  await artifacts.download({ ...reference, mediaType: mediaTypes.json }, manifest);
  const { files } = parseJson(await readFile(manifest, 'utf8'), directoryManifestSchema, manifest);
  const weights = Object.hasOwn(files, quantizedWeights) ? quantizedWeights : packageFiles.weights;
  const names = Object.values({ ...packageFiles, weights });
  await Promise.all(names.map((name) => artifacts.download(files[name], join(folder, name))));
  return weights;
}
