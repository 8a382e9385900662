// What a repair must know: which files of a version's package are damaged, and what the version was made of.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { readPackage } from '../artifacts/package-damage.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { type ModelSpec, modelSpecSchema } from '../contracts/model-spec/model-spec.ts';
import { formatVersion, type Trigger, type VersionDocument } from '../contracts/registry.ts';
import type { DamagedFile } from '../contracts/repair.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readServingVersion, type ServingVersion } from './model-state.ts';

export interface RepairActivityDependencies {
  readonly artifacts: ArtifactStore;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly lineage: Pick<LineageLog, 'read'>;
  readonly registry: Pick<RegistryReader, 'readVersion' | 'readLedger'>;
}

export interface NamedVersion {
  readonly model: string;
  readonly version: number;
}

/** What a version was made of. */
export interface Making {
  readonly spec: ModelSpec;
  readonly trigger: Trigger;
  readonly documents: ArtifactReference;
  readonly labels: ArtifactReference;
  /** How many documents; records of early runs do not say. */
  readonly documentCount?: number;
  /** The version that it was trained on from. */
  readonly basedOn?: number;
}

export type RepairActivities = ReturnType<typeof createRepairActivities>;

export function createRepairActivities(dependencies: RepairActivityDependencies) {
  const { artifacts, objects, lineage, registry } = dependencies;

  const find = async ({ model, version }: NamedVersion): Promise<VersionDocument> => {
    const document = await registry.readVersion(model, version);
    if (document) return document;
    throw new CoppiceFailure('InvalidInput', `${formatVersion(model, version)} is not in the registry`);
  };

  /** From the ledger, which is signed: the artifact may be damaged as well. */
  const readSpec = async ({ model, spec, version }: VersionDocument): Promise<ModelSpec> => {
    for (const { change } of await registry.readLedger(model)) {
      if (change.kind === 'apply' && change.reference.digest === spec.digest)
        return modelSpecSchema.parse(change.spec);
    }
    const message = `${formatVersion(model, version)} was made by a spec that its ledger does not hold`;
    throw new CoppiceFailure('InvariantViolated', message);
  };

  return {
    /** Reads every byte of a version's package. */
    async inspectVersion(input: NamedVersion): Promise<{ damaged: DamagedFile[] }> {
      const document = await find(input);
      return { damaged: await withHeartbeat(() => readPackage(document, { artifacts, objects })) };
    },

    /**
     * What a version was made of.
     * @throws ArtifactNotFound, ArtifactCorrupt where its lineage is gone
     */
    async describeMaking(input: NamedVersion): Promise<Making> {
      const document = await find(input);
      const records = await Promise.all(document.lineage.map(lineage.read));
      const collection = records.find(({ stage }) => stage === 'collection');
      if (!collection) {
        const message = `the lineage of ${formatVersion(input.model, input.version)} names no collection`;
        throw new CoppiceFailure('InvariantViolated', message);
      }
      const { documents, labels } = collection.outputs;
      const { trigger, basedOn } = document;
      const { documents: documentCount } = collection.metrics as Partial<typeof collection.metrics>;
      const spec = await readSpec(document);
      return {
        ...{ spec, trigger, documents, labels },
        ...(documentCount !== undefined && { documentCount }),
        ...(basedOn !== undefined && { basedOn }),
      };
    },

    /** A version as much of it as another is trained on from. */
    async readBase(input: NamedVersion): Promise<ServingVersion> {
      return readServingVersion(artifacts, await find(input));
    },
  };
}
