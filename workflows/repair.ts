// Makes the package of a registered version again where files of it are damaged: the stages run once more over what its
// collection had brought. The step cache answers for what is whole, and the same stages give the same bytes, so that the
// version's signed document stays true. Bytes that differ take nobody's place.
import { proxyActivities } from '@temporalio/workflow';
import type { RepairActivities } from '../activities/repair.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { RepairInput, RepairResult } from '../contracts/repair.ts';
import type { RunIdentity } from '../contracts/stage-results.ts';
import { compute, quick } from './activity-options.ts';
import { makePackage } from './make-package.ts';
import { type StageProgress, trackStages } from './stage-progress.ts';

const { inspectVersion } = proxyActivities<RepairActivities>(compute);
const { describeMaking, readBase } = proxyActivities<RepairActivities>(quick);

export async function repairWorkflow({ model, version }: RepairInput): Promise<RepairResult> {
  const { stage, fail } = trackStages({}, ['cleaning', 'tokenization', 'training', 'evaluation']);
  try {
    return await repairVersion({ model, version, runId: workflowIds.repair(model, version) }, stage);
  } catch (error) {
    fail();
    throw error;
  }
}

/** @param version with the run on whose behalf it is made again: its checkpoints stand under that id */
export async function repairVersion(
  { model, version, runId }: RunIdentity & { readonly version: number },
  stage: StageProgress['stage'],
): Promise<RepairResult> {
  const { damaged } = await inspectVersion({ model, version });
  if (damaged.length === 0) return { outcome: 'whole', damaged, remaining: [] };
  const { basedOn, ...making } = await describeMaking({ model, version });
  if (basedOn !== undefined) await repairVersion({ model, version: basedOn, runId: `${runId}/base` }, stage);
  const base = basedOn === undefined ? undefined : await readBase({ model, version: basedOn });
  const run = { model, runId };
  const { evaluated } = await makePackage(
    { ...making, run, base, champion: undefined, searchAttributes: undefined, validateData: undefined },
    stage,
  );
  const { damaged: remaining } = await inspectVersion({ model, version });
  if (remaining.length === 0) return { outcome: 'rebuilt', damaged, remaining };
  return { outcome: 'different', damaged, remaining, made: evaluated.package.digest };
}
