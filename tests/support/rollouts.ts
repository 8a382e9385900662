// Rollouts of a test: version 2 against version 1, with a controller that hears how they end.
import {
  messageNames,
  type RolloutDecision,
  type RolloutInput,
  type RolloutResult,
  type RolloutStatus,
  workflowIds,
  workflowTypes,
} from '../../contracts/messages.ts';
import { searchAttributes } from '../../contracts/search-attributes.ts';
import type { FakeModel } from './fake-activities.ts';
import { specOf } from './model-fixtures.ts';
import type { WorkflowWorld } from './workflow-world.ts';

export type RolloutPolicyOverrides = Partial<RolloutInput['policy']>;

/** @param overrides an undefined champion: nothing is in service */
export async function startRollout(
  world: WorkflowWorld,
  { model }: FakeModel,
  { policy, ...overrides }: Partial<Omit<RolloutInput, 'policy'>> & { policy?: RolloutPolicyOverrides } = {},
) {
  const { champion = 1, ...rest } = overrides;
  const firstVersion = 'champion' in overrides && overrides.champion === undefined;
  const input: RolloutInput = {
    model,
    version: 2,
    ...(!firstVersion && { champion }),
    policy: { ...specOf(model).rollout, ...policy },
    experiment: `${model}-2`,
    entry: 'shadow',
    requestedBy: 'kim',
    searchAttributes: Object.values(searchAttributes),
    ...rest,
  };
  const id = workflowIds.rollout(model, input.version);
  const handle = await world.start(workflowTypes.rollout, id, input);
  const status = () => handle.query<RolloutStatus>(messageNames.status);
  return {
    id,
    handle,
    ended: handle.result() as Promise<RolloutResult>,
    status,
    inPhase: (phase: RolloutStatus['phase']) =>
      world.until(`${id} is in ${phase}`, async () => {
        const it = await status();
        return it.phase === phase && it;
      }),
    say: (decision: RolloutDecision['decision'], reason = 'so it is', word: Partial<RolloutDecision> = {}) =>
      handle.signal(messageNames.decideRollout, {
        ...{ decision, by: 'kim', reason, ...word },
      } satisfies RolloutDecision),
  };
}
