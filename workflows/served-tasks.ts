// Which models a gateway can serve. Versions of others are registered, compared and exported.
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';

export function isServed({ task }: Pick<ModelSpec, 'task'>): boolean {
  return task !== 'token-classification';
}

/** What whoever asks for more is told. */
export const notServed =
  'gateways do not serve token-classification: `coppice export` writes the version as a folder that transformers loads';
