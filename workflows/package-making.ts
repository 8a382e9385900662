// What a package is made of, and what making it gives: of a classifier and of a language model.
import type { ServingVersion } from '../activities/model-state.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Hyperparameters } from '../contracts/model-spec/search.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { EvaluationResult, RunIdentity } from '../contracts/stage-results.ts';
import type { ValidateData } from './data-validation.ts';

export interface PackageMaking {
  readonly run: RunIdentity;
  readonly spec: ModelSpec;
  readonly trigger: Trigger;
  /** What the collection brought. */
  readonly documents: ArtifactReference;
  /** How many; absent in histories from before it was told. */
  readonly documentCount?: number;
  readonly labels: ArtifactReference;
  /** Who voted about them, where they are decided by vote. */
  readonly labelVoters?: ArtifactReference;
  /** The version that training goes on from. */
  readonly base: ServingVersion | undefined;
  /** The version in service, that the new one is compared with. */
  readonly champion: ServingVersion | undefined;
  readonly searchAttributes: readonly string[] | undefined;
  /** Absent where data is not to be validated: it was when the version was made that is repaired. */
  readonly validateData: ValidateData | undefined;
}

export interface MadePackage {
  readonly evaluated: EvaluationResult;
  /** Where the model file has them searched: those that were found. */
  readonly hyperparameters?: Hyperparameters | undefined;
  /** Records of the stages. */
  readonly lineage: readonly ArtifactReference[];
}
