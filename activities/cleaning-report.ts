// What a report tells of cleaning: the funnel, and a few documents of each step.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { cleaningSampleSchema } from '../contracts/cleaning-sample.ts';
import type { EvaluationInput } from '../contracts/stage-results.ts';
import type { ReportOrigin } from '../pipeline/evaluation/report/report.ts';

export async function readCleaningReport(
  artifacts: ArtifactStore,
  { funnel, cleaningSamples }: Pick<EvaluationInput, 'funnel' | 'cleaningSamples'>,
): Promise<Pick<ReportOrigin, 'cleaning' | 'cleaningSamples'>> {
  if (cleaningSamples === undefined) return { cleaning: funnel };
  const read = await artifacts.readJson(cleaningSamples, z.array(cleaningSampleSchema));
  return { cleaning: funnel, cleaningSamples: read };
}
