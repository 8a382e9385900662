// What a report tells of the data: the funnel of cleaning, a few documents of each step, who voted about labels.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { cleaningSampleSchema } from '../contracts/cleaning-sample.ts';
import { labelVoterSchema } from '../contracts/label-voter.ts';
import type { EvaluationInput } from '../contracts/stage-results.ts';
import type { ReportOrigin } from '../pipeline/evaluation/report/report.ts';

export async function readCleaningReport(
  artifacts: ArtifactStore,
  {
    funnel,
    cleaningSamples,
    labelVoters,
  }: Pick<EvaluationInput, 'funnel' | 'cleaningSamples' | 'labelVoters'>,
): Promise<Pick<ReportOrigin, 'cleaning' | 'cleaningSamples' | 'labelVoters'>> {
  return {
    cleaning: funnel,
    ...(cleaningSamples && {
      cleaningSamples: await artifacts.readJson(cleaningSamples, z.array(cleaningSampleSchema)),
    }),
    ...(labelVoters && { labelVoters: await artifacts.readJson(labelVoters, z.array(labelVoterSchema)) }),
  };
}
