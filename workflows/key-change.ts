// A change of the registry's keys: one activity on the queue of the process that signs. Its history says who asked.
import { proxyActivities } from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry.ts';
import type { KeyChange, KeyChangeResult } from '../contracts/trust.ts';
import { registry } from './activity-options.ts';

const { changeKeys } = proxyActivities<RegistryActivities>(registry);

export async function keyChangeWorkflow(change: KeyChange): Promise<KeyChangeResult> {
  return changeKeys(change);
}
