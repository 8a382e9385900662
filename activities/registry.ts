// The one write path into the registry, and the keys that sign it. Runs on the queue `registry`, in the process that
// holds the signing key.
import type { KeyRing } from '../artifacts/registry/key-ring.ts';
import type { RegistryWriter } from '../artifacts/registry/registry-writer.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { RegistryCommit } from '../contracts/registry.ts';
import type { KeyChange, KeyChangeResult } from '../contracts/trust.ts';

export interface RegistryActivityDependencies {
  readonly writer: RegistryWriter;
  readonly keys: Pick<KeyRing, 'change'>;
}

export type RegistryActivities = ReturnType<typeof createRegistryActivities>;

export function createRegistryActivities({ writer, keys }: RegistryActivityDependencies) {
  return {
    /**
     * Applies one change: ledger entry first, then what follows from it.
     * @throws RegistryConflict where another change came first
     */
    async commitRegistryChange(commit: RegistryCommit): Promise<{ generation?: number; version?: number }> {
      const { routing, version } = await writer.commit(commit);
      return {
        ...(routing && { generation: routing.generation }),
        ...(version && { version: version.version }),
      };
    },

    /** Makes a spec the one that the model's next runs and rollouts follow. */
    async storeSpec(input: { model: string; spec: ModelSpec; by: string }): Promise<ArtifactReference> {
      return writer.writeSpec(input);
    },

    /** Makes a key, trusts one or revokes one. @throws SigningUnavailable where a key service is away */
    async changeKeys(change: KeyChange): Promise<KeyChangeResult> {
      return keys.change(change);
    },
  };
}
