// How a classifier is trained and asked, of texts or of the tokens in them.
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { TrainingActivities } from '../activities/training.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { TrainingResult } from '../contracts/stage-results.ts';
import { training } from './activity-options.ts';
import type { PackageMaking } from './package-making.ts';
import { type TrainingInput, trainingWorkflow } from './training.ts';

const { scoreExamples } = proxyActivities<TrainingActivities>(training);

export function trainClassifier(
  { run, spec, trigger, labels, base, searchAttributes }: PackageMaking,
  input: Pick<TrainingInput, 'tokens' | 'words' | 'corpus'>,
): Promise<TrainingResult> {
  return executeChild(trainingWorkflow, {
    workflowId: workflowIds.training(run.runId),
    staticSummary: `${run.model}: ${base ? 'incremental' : 'full'} training`,
    args: [
      {
        ...{ ...run, spec, labels, trigger, ...input },
        ...(base && { base: { weights: base.package, labels: base.labels } }),
        ...(searchAttributes && { searchAttributes }),
      },
    ],
  });
}

/** What was trained answers the held-out rows, in the precision that it is served in. */
export function scoreHeldOut(
  { spec }: Pick<PackageMaking, 'spec'>,
  tokens: ArtifactReference,
  { weights, holdout }: TrainingResult,
): Promise<ArtifactReference> {
  return scoreExamples({
    ...{ tokens, weights, examples: holdout },
    ...(spec.serving && { precision: spec.serving.precision }),
  });
}
