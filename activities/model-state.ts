// What stands in the registry and what is open on the server, for workflows that are about to decide.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { OpenWork } from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { VersionDocument } from '../contracts/registry.ts';
import { type DecisionRule, decisionRuleSchema, packageFiles } from '../contracts/version-package.ts';

/** A version as much of it as training and evaluation need. */
export interface ServingVersion {
  readonly version: number;
  readonly package: ArtifactReference;
  readonly tokenizer: ArtifactReference;
  /** None of a language model. */
  readonly labels: DecisionRule['labels'];
  /** It saw what has been forgotten since: nothing is trained on from it. */
  readonly retrainingDue?: boolean;
}

/** One of which not every file is there: nothing can be trained on from it, or compared with it. */
export interface DamagedVersion extends Pick<ServingVersion, 'version' | 'package' | 'retrainingDue'> {
  readonly damaged: true;
}

export interface ModelState {
  /** The newest stored spec. */
  readonly spec?: ModelSpec;
  readonly specReference?: ArtifactReference;
  readonly generation: number;
  readonly champion?: ServingVersion | DamagedVersion;
  /** In shadow or canary, whether or not its rollout is still open. */
  readonly challenger?: number;
  /** Of several at once: the further ones. */
  readonly others?: readonly number[];
  readonly quarantined: readonly number[];
  readonly open: { readonly run?: OpenWork; readonly rollout?: OpenWork; readonly repair?: OpenWork };
  readonly searchAttributes: readonly string[];
  /** Where people read pages and reports; absent in histories from before it was told. */
  readonly controlUrl?: string;
}

/** What is open of a model, asked of the Temporal server. */
export type FindOpenWork = (model: string) => Promise<ModelState['open']>;

export interface ModelStateDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: RegistryReader;
  readonly findOpenWork: FindOpenWork;
  /** Names that the server has. */
  readonly searchAttributes: readonly string[];
  readonly controlUrl?: string;
}

export type ModelStateActivities = ReturnType<typeof createModelStateActivities>;

export function createModelStateActivities({
  artifacts,
  registry,
  findOpenWork,
  searchAttributes,
  controlUrl,
}: ModelStateDependencies) {
  /** Whoever decides must be able to, a rollback above all: a package that is damaged is told, and no failure. */
  const readChampion = async (model: string, version: number): Promise<ModelState['champion']> => {
    const found = (await registry.listVersions(model)).find(({ document }) => document.version === version);
    if (!found)
      throw new CoppiceFailure('InvariantViolated', `${model}@${version} serves but is not registered`);
    const { document, retrainingDue } = found;
    const due = retrainingDue ? { retrainingDue } : {};
    try {
      if (await artifacts.has(document.package))
        return { ...(await readServingVersion(artifacts, document)), ...due };
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    return { version, package: document.package, damaged: true, ...due };
  };

  return {
    /** Reads spec, routing and open work in one go. */
    async readModelState({ model }: { model: string }): Promise<ModelState> {
      const [stored, routing, open] = await Promise.all([
        registry.readSpec(model),
        registry.readRouting(model),
        findOpenWork(model),
      ]);
      const champion =
        routing?.champion === undefined ? undefined : await readChampion(model, routing.champion);
      return {
        ...(stored && { spec: stored.spec, specReference: stored.reference }),
        generation: routing?.generation ?? 0,
        ...(champion && { champion }),
        ...(routing?.challenger && { challenger: routing.challenger.version }),
        ...(routing?.challenger?.others && { others: routing.challenger.others }),
        quarantined: routing?.quarantined ?? [],
        open,
        searchAttributes,
        ...(controlUrl !== undefined && { controlUrl }),
      };
    },
  };
}

/** @throws ArtifactNotFound, ArtifactCorrupt where its package is damaged */
export async function readServingVersion(
  artifacts: ArtifactStore,
  { version, package: reference }: VersionDocument,
): Promise<ServingVersion> {
  const { files } = await artifacts.readDirectory(reference);
  const labels = Object.hasOwn(files, packageFiles.decision)
    ? (await artifacts.readJson(files[packageFiles.decision], decisionRuleSchema)).labels
    : [];
  return { version, package: reference, tokenizer: files[packageFiles.tokenizer], labels };
}
