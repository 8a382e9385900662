// One version from its sources to the registry. Read from top to bottom, `makeVersion` is the path of the data.
import {
  ApplicationFailure,
  CancellationScope,
  executeChild,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { CleaningActivities } from '../activities/cleaning.ts';
import type { CollectionActivities } from '../activities/collection.ts';
import type { EvaluationActivities } from '../activities/evaluation.ts';
import type { ModelStateActivities, ServingVersion } from '../activities/model-state.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import type { TokenizationActivities } from '../activities/tokenization.ts';
import type { TrainingActivities } from '../activities/training.ts';
import {
  type LifecycleInput,
  type LifecycleResult,
  type StageStatus,
  workflowIds,
} from '../contracts/messages.ts';
import type {
  EvaluationResult,
  RunIdentity,
  TokenizationResult,
  TrainingResult,
} from '../contracts/stage-results.ts';
import { type Stage, stages } from '../contracts/stages.ts';
import { compute, quick, registry, training } from './activity-options.ts';
import { isFailure, rootMessage } from './failures.ts';
import { lifecycleStatusQuery, runFinishedSignal } from './messages.ts';
import { lifecycleDetails, tell } from './story.ts';
import { tellController } from './tell-controller.ts';
import { trainingWorkflow } from './training.ts';

const { readModelState } = proxyActivities<ModelStateActivities>(quick);
const { collectDocuments } = proxyActivities<CollectionActivities>(compute);
const { cleanDocuments } = proxyActivities<CleaningActivities>(compute);
const { tokenizeCorpus } = proxyActivities<TokenizationActivities>(compute);
const { scoreExamples } = proxyActivities<TrainingActivities>(training);
const { evaluateVersion } = proxyActivities<EvaluationActivities>(compute);
const { commitRegistryChange } = proxyActivities<RegistryActivities>(registry);

export async function lifecycleWorkflow(input: LifecycleInput): Promise<LifecycleResult> {
  const progress = trackStages(input);
  tell(input.searchAttributes, { CoppiceModel: input.model, CoppiceTrigger: input.trigger.kind });
  try {
    const result = await rebuildDamagedArtifacts(() => makeVersion(input, progress));
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

type StageProgress = ReturnType<typeof trackStages>;

async function makeVersion(input: LifecycleInput, { stage }: StageProgress): Promise<LifecycleResult> {
  const { model, spec, trigger } = input;
  const run: RunIdentity = { model, runId: workflowInfo().workflowId };
  const { champion, specReference } = await readModelState({ model });
  if (!specReference) throw ApplicationFailure.nonRetryable(`${model} has no stored spec`, 'InvalidInput');
  const base = input.strategy === 'incremental' ? champion : undefined;

  const collected = await stage(
    'collection',
    () => collectDocuments({ ...run, collection: spec.collection }),
    (it) =>
      `${it.documentCount} documents (${it.newDocumentCount} new), ${it.labelCount} labels, ${it.problemCount} set aside${it.forgottenCount === undefined ? '' : ` (${it.forgottenCount} forgotten)`}`,
  );
  const cleaned = await stage(
    'cleaning',
    () => cleanDocuments({ ...run, cleaning: spec.cleaning, documents: collected.documents }),
    (it) => `${it.keptCount} kept, ${it.droppedCount} dropped`,
  );
  const tokenize = (existing?: ServingVersion) =>
    tokenizeCorpus({
      ...run,
      corpus: cleaned.corpus,
      tokenizer: spec.tokenizer,
      contextLength: spec.model.contextLength,
      ...(existing && { existingTokenizer: existing.tokenizer }),
    });
  const tokenized = await stage(
    'tokenization',
    () => tokenize(base),
    (it) => `vocabulary of ${it.vocabularySize}`,
  );

  const trained = await stage(
    'training',
    () =>
      executeChild(trainingWorkflow, {
        workflowId: workflowIds.training(run.runId),
        staticSummary: `${model}: ${input.strategy} training`,
        args: [
          {
            ...run,
            spec,
            tokens: tokenized.tokens,
            labels: collected.labels,
            ...(base && { base: { weights: base.package, labels: base.labels } }),
            trigger,
            ...(input.searchAttributes && { searchAttributes: input.searchAttributes }),
          },
        ],
      }),
    (it) => `${it.trainingCount} examples, ${it.steps} steps, ${Math.round(it.tokensPerSecond)} tokens/s`,
  );
  const evaluated = await stage(
    'evaluation',
    async () => {
      const own = await scoreExamples({
        tokens: tokenized.tokens,
        weights: trained.weights,
        examples: trained.holdout,
      });
      const rival = champion && (await scoreChampion({ champion, tokenize, trained, tokenized }));
      return evaluateVersion({
        ...run,
        evaluation: spec.evaluation,
        contextLength: spec.model.contextLength,
        cleaning: spec.cleaning,
        corpus: cleaned.corpus,
        dropped: cleaned.dropped,
        funnel: cleaned.funnel,
        tokenization: tokenized,
        training: trained,
        probabilities: own,
        ...(rival && { champion: rival }),
      });
    },
    ({ outcome, metrics }) => `${outcome}, accuracy ${metrics.accuracy.toFixed(3)}`,
  );
  if (evaluated.outcome === 'rejected') {
    return { outcome: 'rejected', reasons: failedGates(evaluated), metrics: evaluated.metrics };
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
            package: evaluated.package,
            report: evaluated.report,
            evidence: evaluated.evidence,
            lineage: [collected, cleaned, tokenized, evaluated]
              .map((it) => it.lineage)
              .concat(trained.lineage),
            metrics: { ...evaluated.metrics },
          },
        },
      }),
    (it) => `version ${it.version ?? '?'}`,
  );
  return {
    outcome: 'registered',
    ...(registered.version !== undefined && { version: registered.version }),
    reasons: ['all gates passed'],
    metrics: evaluated.metrics,
  };
}

/** The version in service answers the same held-out documents, in its own tokens where its tokenizer is another. */
async function scoreChampion(context: {
  champion: ServingVersion;
  tokenize: (existing: ServingVersion) => Promise<TokenizationResult>;
  trained: TrainingResult;
  tokenized: TokenizationResult;
}) {
  const { champion, trained, tokenized } = context;
  const same = champion.tokenizer.digest === tokenized.tokenizer.digest;
  const { tokens } = same ? tokenized : await context.tokenize(champion);
  const probabilities = await scoreExamples({ tokens, weights: champion.package, examples: trained.holdout });
  return { version: champion.version, package: champion.package, probabilities };
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

/** Keeps the table of stages that the UI and `coppice watch` show. */
function trackStages({ searchAttributes }: LifecycleInput) {
  const table = new Map<Stage, StageStatus>(
    stages
      .filter((stage) => stage !== 'rollout')
      .map((stage) => [stage, { stage, state: 'waiting', detail: '' }]),
  );
  let outcome: LifecycleResult['outcome'] | undefined;
  const status = () => ({ stages: [...table.values()], ...(outcome && { outcome }) });
  const show = () => setCurrentDetails(lifecycleDetails(status()));
  const set = (entry: StageStatus) => {
    table.set(entry.stage, entry);
    show();
  };
  setHandler(lifecycleStatusQuery, status);
  return {
    stage: async <T extends object>(
      stage: Stage,
      work: () => Promise<T>,
      describe: (result: T) => string,
    ): Promise<T> => {
      const startedAt = Date.now();
      set({ stage, state: 'running', detail: '' });
      tell(searchAttributes, { CoppiceStage: stage });
      const result = await work();
      const cached = 'cached' in result && result.cached === true;
      const seconds = (Date.now() - startedAt) / 1_000;
      set({ stage, state: cached ? 'cached' : 'done', detail: describe(result), seconds });
      return result;
    },
    end: (ended: LifecycleResult['outcome']) => {
      outcome = ended;
      show();
    },
    fail: () => {
      for (const entry of table.values()) if (entry.state === 'running') set({ ...entry, state: 'failed' });
    },
  };
}
