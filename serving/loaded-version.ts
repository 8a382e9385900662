// A version ready to answer: the package from the store, the shared preprocessing, the process, the decision rule.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Answer } from '../contracts/observation.ts';
import { decisionRuleSchema, packageFiles, preprocessingSchema } from '../contracts/version-package.ts';
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
  readonly registry: RegistryReader;
  /** Where packages are kept between starts. */
  readonly directory: string;
}

/** @returns a function that downloads a version, verifies every byte, and starts its process */
export function createVersionLoader({ artifacts, registry, directory }: VersionLoaderDependencies) {
  return async (model: string, version: number): Promise<LoadedVersion> => {
    const document = await registry.readVersion(model, version);
    if (!document) throw new CoppiceFailure('ArtifactNotFound', `${model}@${version} is not in the registry`);
    const folder = join(directory, model, String(version));
    await mkdir(folder, { recursive: true });
    const { files } = await artifacts.readDirectory(document.package);
    await Promise.all(
      Object.values(packageFiles).map((name) => artifacts.download(files[name], join(folder, name))),
    );
    const preprocessing = await artifacts.readJson(files[packageFiles.preprocessing], preprocessingSchema);
    const rule = await artifacts.readJson(files[packageFiles.decision], decisionRuleSchema);
    const recipe = requestRecipe(preprocessing.steps);
    const process = await startModelProcess({
      directory: folder,
      contextLength: preprocessing.contextLength,
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
