// A rollback without Temporal: a signed entry of the ledger, written here, which gateways follow as they follow any other.
// An open rollout takes it up at its next look.

import type { Incidents } from '../artifacts/incidents.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { RegistryWriter } from '../artifacts/registry/registry-writer.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Decision, RollbackRequest } from '../contracts/messages.ts';
import { challengersOf } from '../contracts/registry.ts';

export type DirectRollback = (model: string, request: RollbackRequest) => Promise<Decision>;

export interface DirectRollbackDependencies {
  readonly registry: Pick<RegistryReader, 'readRouting'>;
  readonly incidents: Pick<Incidents, 'record'>;
  /** Opened only for the change: it needs the key that signs for the registry. */
  readonly openWriter: () => Promise<Pick<RegistryWriter, 'commit'>>;
}

export function createDirectRollback({
  registry,
  incidents,
  openWriter,
}: DirectRollbackDependencies): DirectRollback {
  return async (model, { by, reason }) => {
    const routing = await registry.readRouting(model);
    if (routing?.champion === undefined)
      return { decision: 'ignored', reason: `no version of ${model} is in service` };
    const versions = routing.challenger ? challengersOf(routing) : [routing.champion];
    try {
      const { commit } = await openWriter();
      let { generation } = routing;
      for (const version of versions) {
        const { routing: made } = await commit({
          model,
          // Twice the same word about the same routing is one rollback.
          idempotencyKey: `direct-rollback/${routing.generation}/${version}`,
          ...{ actor: by, reason, expectedGeneration: generation },
          change: { kind: 'rollback', version },
        });
        generation = made?.generation ?? generation;
        await incidents.record(model, generation, {});
      }
      const left = routing.challenger ? 'left traffic' : 'left service';
      return {
        decision: 'done',
        reason: `version ${versions.join(', ')} ${left} (generation ${generation})`,
      };
    } catch (error) {
      throw error instanceof CoppiceFailure ? Object.assign(error, { statusCode: statusOf(error) }) : error;
    }
  };
}

function statusOf({ type }: CoppiceFailure): number {
  if (type === 'InvalidInput' || type === 'RollbackTargetMissing') return 422;
  return type === 'RegistryConflict' ? 409 : 503;
}
