// One version from its sources to the registry. Read from top to bottom, `makeVersion` is the path of the data.
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectionActivities } from '../activities/collection.ts';
import type { ModelState, ModelStateActivities, ServingVersion } from '../activities/model-state.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import type { RepairActivities } from '../activities/repair.ts';
import type { LifecycleInput, LifecycleResult } from '../contracts/messages.ts';
import type { EvaluationResult, RunIdentity } from '../contracts/stage-results.ts';
import { compute, quick, registry } from './activity-options.ts';
import { createDataValidation, DataRefused } from './data-validation.ts';
import { isFailure, rootMessage } from './failures.ts';
import { makePackage } from './make-package.ts';
import { runFinishedSignal } from './messages.ts';
import { repairVersion } from './repair.ts';
import { isServed, notServed } from './served-tasks.ts';
import { type StageProgress, trackStages } from './stage-progress.ts';
import { tell } from './story.ts';
import { tellController } from './tell-controller.ts';

const { readModelState } = proxyActivities<ModelStateActivities>(quick);
const { collectDocuments } = proxyActivities<CollectionActivities>(compute);
const { readBase } = proxyActivities<RepairActivities>(quick);
const { commitRegistryChange } = proxyActivities<RegistryActivities>(registry);

export async function lifecycleWorkflow(input: LifecycleInput): Promise<LifecycleResult> {
  const progress = trackStages(input);
  tell(input.searchAttributes, { CoppiceModel: input.model, CoppiceTrigger: input.trigger.kind });
  try {
    const run = { model: input.model, runId: workflowInfo().workflowId };
    const validation = createDataValidation(run, input.spec);
    const result = await rebuildDamagedArtifacts(() => makeVersion(input, progress, validation)).catch(
      refusedAsRejected,
    );
    progress.end(result.outcome);
    tell(input.searchAttributes, {
      CoppiceVerdict: result.outcome,
      ...(result.version !== undefined && { CoppiceVersion: String(result.version) }),
    });
    await tellController(input.controllerId, runFinishedSignal, {
      workflowId: workflowInfo().workflowId,
      outcome: result.outcome,
      reason: result.reasons.join('; '),
      ...(result.version !== undefined && { version: result.version }),
    });
    return result;
  } catch (error) {
    progress.fail();
    const outcome = isCancellation(error) ? 'cancelled' : 'failed';
    // The controller must hear of it even when this run was cancelled, or it would wait for it for ever.
    await CancellationScope.nonCancellable(() =>
      tellController(input.controllerId, runFinishedSignal, {
        workflowId: workflowInfo().workflowId,
        outcome,
        reason: rootMessage(error),
      }),
    );
    throw error;
  }
}

async function makeVersion(
  input: LifecycleInput,
  { stage }: StageProgress,
  validation: ReturnType<typeof createDataValidation>,
): Promise<LifecycleResult> {
  const { model, spec, trigger } = input;
  const run: RunIdentity = { model, runId: workflowInfo().workflowId };
  const { champion: inService, specReference, controlUrl } = await readModelState({ model });
  if (!specReference) throw ApplicationFailure.nonRetryable(`${model} has no stored spec`, 'InvalidInput');
  const champion = inService && (await wholeVersion(inService, run));
  const inherited = input.strategy === 'incremental' ? champion : undefined;
  const base = input.from === undefined ? inherited : await readBase({ model, version: input.from });

  const collected = await stage(
    'collection',
    () =>
      collectDocuments({
        ...{ ...run, collection: spec.collection },
        ...(spec.task === 'token-classification' && { labelled: 'spans' }),
      }),
    (it) =>
      `${it.documentCount} documents (${it.newDocumentCount} new), ${it.labelCount} labels, ${it.problemCount} set aside${it.forgottenCount === undefined ? '' : ` (${it.forgottenCount} forgotten)`}`,
  );
  const made = await makePackage(
    {
      ...{ run, spec, trigger, base, champion },
      ...{ documents: collected.documents, labels: collected.labels },
      ...(collected.labelVoters && { labelVoters: collected.labelVoters }),
      documentCount: collected.documentCount,
      searchAttributes: input.searchAttributes,
      validateData: validation?.(collected.labels),
    },
    stage,
  );
  const { evaluated, hyperparameters } = made;
  if (evaluated.outcome === 'rejected') {
    const { metrics, gates } = evaluated;
    return { outcome: 'rejected', reasons: failedGates(evaluated), metrics, gates };
  }
  const registered = await stage(
    'registration',
    () =>
      commitRegistryChange({
        model,
        idempotencyKey: `${run.runId}/register`,
        actor: run.runId,
        reason: `passed ${evaluated.gates.length} gates`,
        evidence: [evaluated.evidence.digest],
        change: {
          kind: 'register',
          version: {
            model,
            runId: run.runId,
            trigger,
            ...(base && { basedOn: base.version }),
            spec: specReference,
            ...(hyperparameters && { hyperparameters }),
            package: evaluated.package,
            ...(evaluated.precision && { precision: evaluated.precision }),
            report: evaluated.report,
            evidence: evaluated.evidence,
            lineage: [collected.lineage, ...made.lineage],
            metrics: { ...evaluated.metrics },
          },
        },
      }),
    ({ version = '?' }) =>
      `version ${version}${controlUrl === undefined ? '' : `, report: ${controlUrl}/models/${model}/versions/${version}/report`}`,
  );
  return {
    outcome: 'registered',
    ...(registered.version !== undefined && { version: registered.version }),
    reasons: [
      'all gates passed',
      ...(isServed(spec) ? [] : [notServed]),
      ...(inService && !champion ? [`not compared with version ${inService.version}, which is damaged`] : []),
    ],
    metrics: evaluated.metrics,
    gates: evaluated.gates,
  };
}

/**
 * A version in service whose package is damaged is made again first.
 * @returns undefined where it cannot be: nobody can compare with it, or train on from it
 */
async function wholeVersion(
  inService: NonNullable<ModelState['champion']>,
  { model, runId }: RunIdentity,
): Promise<ServingVersion | undefined> {
  if (!('damaged' in inService)) return inService;
  const { version } = inService;
  try {
    const repair = { model, version, runId: `${runId}/repair-${version}` };
    const { outcome } = await repairVersion(repair, (_stage, work) => work(() => undefined));
    return outcome === 'different' ? undefined : await readBase({ model, version });
  } catch (error) {
    if (isFailure(error, 'ArtifactCorrupt', 'ArtifactNotFound')) return undefined;
    throw error;
  }
}

/** Data that is refused ends a run as a gate does: nothing has failed. */
function refusedAsRejected(error: unknown): LifecycleResult {
  if (!(error instanceof DataRefused)) throw error;
  return { outcome: 'rejected', reasons: [...error.reasons], metrics: {} };
}

function failedGates({ gates }: EvaluationResult): string[] {
  return gates.filter(({ passed }) => !passed).map(({ gate, reason }) => `${gate}: ${reason}`);
}

/** Disks that lose much lose it all: then a person looks. */
const mostRebuilds = 4;

/**
 * Runs the pipeline again, once for each artifact that was found damaged or gone: the step cache answers for what is
 * whole, and only what is damaged is computed anew.
 */
async function rebuildDamagedArtifacts<T>(pipeline: () => Promise<T>): Promise<T> {
  const rebuilt = new Set<string>();
  for (;;) {
    try {
      return await pipeline();
    } catch (error) {
      if (!isFailure(error, 'ArtifactCorrupt', 'ArtifactNotFound')) throw error;
      const message = rootMessage(error);
      const artifact = /blobs\/sha256\/[0-9a-f]+/.exec(message)?.[0] ?? message;
      if (rebuilt.has(artifact) || rebuilt.size === mostRebuilds) throw error;
      rebuilt.add(artifact);
    }
  }
}
