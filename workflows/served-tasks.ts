// Which tasks the gateways serve.
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';

export const notServed = 'gateways do not serve language models';

/** @returns whether versions of the model are rolled out; others are registered, and exported */
export function isServed({ task }: Pick<ModelSpec, 'task'>): boolean {
  return task === 'text-classification';
}
