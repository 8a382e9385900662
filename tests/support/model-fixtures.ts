// A model for tests: its spec with time made short, and references to artifacts that nobody reads.
import { createHash } from 'node:crypto';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import {
  type ModelDefinition,
  type ModelSpec,
  modelSpecSchema,
} from '../../contracts/model-spec/model-spec.ts';

/** @param overrides sections of the model file, in place of those here */
export function specOf(model: string, overrides: Partial<ModelDefinition> = {}): ModelSpec {
  return modelSpecSchema.parse({
    name: model,
    task: 'text-classification',
    collection: { sources: [{ kind: 'files', name: 'documents', path: '/documents' }] },
    rollout: { steps: [0.25, 0.5], lookEverySeconds: 0.05, watchSeconds: 0 },
    retraining: { cooldownSeconds: 0 },
    ...overrides,
  });
}

/** @param name tells artifacts apart; @param model annotated, for who meets the reference alone */
export function referenceOf(name: string, model: string): ArtifactReference {
  return {
    digest: `sha256:${createHash('sha256').update(`${model}/${name}`).digest('hex')}`,
    mediaType: 'application/json',
    sizeBytes: name.length,
    annotations: { model, name },
  };
}
