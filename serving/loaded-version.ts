// A version ready to answer: the package from the store, and its task's own way to answer from it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { parseJson } from '../artifacts/artifact-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { directoryManifestSchema, mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { type ServingSpec, servingSchema } from '../contracts/model-spec/serving.ts';
import { packageFiles, preprocessingSchema, quantizedWeights } from '../contracts/version-package.ts';
import type { ModelProcessObserver } from './supervised-process.ts';
import { type ClassifierVersion, loadClassifierVersion } from './tasks/classification-version.ts';
import { type LanguageVersion, loadLanguageVersion } from './tasks/generation-version.ts';
import type { PackageOnDisk } from './tasks/package-on-disk.ts';

/** One version of one model, loaded. */
export type LoadedVersion = ClassifierVersion | LanguageVersion;

/** By `architectures` of config.json, as transformers names them. */
const loaders = new Map<string, (files: PackageOnDisk) => Promise<LoadedVersion>>([
  ['BertForSequenceClassification', loadClassifierVersion],
  ['GPT2LMHeadModel', loadLanguageVersion],
]);

export interface VersionLoaderDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: Pick<RegistryReader, 'readVersion'>;
  /** Where packages are kept between starts. */
  readonly directory: string;
  /** Hears each clean text that a version is asked about. */
  readonly hear?: (model: string, version: number) => (text: string) => void;
  /** @returns who is told how the process of a version does */
  readonly observe?: (model: string, version: number) => ModelProcessObserver;
}

/** @returns a function that fetches what is not on this machine yet, verifies every byte, and starts the process */
export function createVersionLoader({
  artifacts,
  registry,
  directory,
  hear,
  observe = () => unheard,
}: VersionLoaderDependencies) {
  return async (model: string, version: number): Promise<LoadedVersion> => {
    const document = await registry.readVersion(model, version);
    if (!document) throw new CoppiceFailure('ArtifactNotFound', `${model}@${version} is not in the registry`);
    const folder = join(directory, model, String(version));
    const weights = await fetchPackage(artifacts, document.package, folder);
    const { batching, limits } = await readServing(artifacts, document.spec, folder);
    const read: PackageOnDisk['read'] = async (name, schema) =>
      parseJson(await readFile(join(folder, name), 'utf8'), schema, `${name} of ${model}@${version}`);
    const { architectures } = await read(packageFiles.config, configSchema);
    const loadTask = architectures.map((name) => loaders.get(name)).find((it) => it !== undefined);
    if (!loadTask) {
      const message = `${model}@${version} is a ${architectures.join(', ')}, which no gateway can serve`;
      throw new CoppiceFailure('InvalidInput', message);
    }
    const preprocessing = await read(packageFiles.preprocessing, preprocessingSchema);
    const load = { directory: folder, contextLength: preprocessing.contextLength, weights, batching };
    const heard = hear ? { hear: hear(model, version) } : {};
    const observer = observe(model, version);
    return loadTask({ version, load, limits, observer, preprocessing, read, ...heard });
  };
}

const nothing = (): void => undefined;
const unheard: ModelProcessObserver = {
  queued: nothing,
  computed: nothing,
  restarted: nothing,
  gone: nothing,
};

/** Of a model file only what a gateway follows: of the rest, one that is older or newer may say what this does not know. */
const specSchema = z.object({
  serving: z.object({ ...servingSchema.shape }).prefault({}),
});

/** As the model file was when the version was made. */
async function readServing(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  folder: string,
): Promise<ServingSpec> {
  const file = join(folder, 'spec.json');
  await artifacts.download(reference, file);
  return parseJson(await readFile(file, 'utf8'), specSchema, file).serving;
}

const configSchema = z.object({ architectures: z.array(z.string()) });

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
  // What a package of its task does not have (a language model decides nothing) is missed by whoever reads it.
  const names = Object.values({ ...packageFiles, weights }).filter((name) => Object.hasOwn(files, name));
  await Promise.all(names.map((name) => artifacts.download(files[name], join(folder, name))));
  return weights;
}
