// Activities that compute nothing, for tests of workflows: a happy world a model, of which a test replaces what it is
// about, and the calls that came, in order. Open work is asked of the real server.

import type { BatchActivities } from '../../activities/batch.ts';
import type { ChampionFiguresActivities } from '../../activities/champion-figures.ts';
import type { CollectionActivities } from '../../activities/collection.ts';
import type { CorpusSplitActivities } from '../../activities/corpus-split.ts';
import type { DatasetEvaluationActivities } from '../../activities/dataset-evaluation.ts';
import type { EvaluationActivities } from '../../activities/evaluation.ts';
import { createFailureInterceptor } from '../../activities/failures.ts';
import type { IncidentActivities } from '../../activities/incidents.ts';
import type { LanguageEvaluationActivities } from '../../activities/language-evaluation.ts';
import type { FindOpenWork, ModelStateActivities, ServingVersion } from '../../activities/model-state.ts';
import type { MonitoringActivities } from '../../activities/monitoring.ts';
import type { PairActivities } from '../../activities/pairs.ts';
import type { PlanningActivities } from '../../activities/planning.ts';
import type { RegistryActivities } from '../../activities/registry.ts';
import type { RepairActivities } from '../../activities/repair.ts';
import type { RolloutActivities } from '../../activities/rollout.ts';
import type { RolloutValidationActivities } from '../../activities/rollout-validation.ts';
import type { ScheduleActivities } from '../../activities/schedule.ts';
import type { SearchActivities } from '../../activities/search.ts';
import type { SelectionActivities } from '../../activities/selection.ts';
import type { TokenEvaluationActivities } from '../../activities/token-evaluation.ts';
import type { TokenSelectionActivities } from '../../activities/token-selection.ts';
import type { TokenizationActivities } from '../../activities/tokenization.ts';
import type { TrainingActivities } from '../../activities/training.ts';
import type { TrialActivities } from '../../activities/trials.ts';
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import { searchAttributes } from '../../contracts/search-attributes.ts';
import { decide, firstRung } from '../../pipeline/search/halving.ts';
import { withHyperparameters } from '../../pipeline/search/hyperparameters.ts';
import { sampleTrials } from '../../pipeline/search/sampling.ts';
import { happyBatch } from './fake-batch.ts';
import { type FakeCleaning, happyCleaning } from './fake-cleaning.ts';
import { happyRollout } from './fake-rollout.ts';
import { referenceOf, specOf } from './model-fixtures.ts';

export type FakeActivities = ModelStateActivities &
  MonitoringActivities &
  PlanningActivities &
  RegistryActivities &
  RepairActivities &
  RolloutActivities &
  RolloutValidationActivities &
  IncidentActivities &
  ScheduleActivities &
  CollectionActivities &
  FakeCleaning &
  DatasetEvaluationActivities &
  TokenizationActivities &
  PairActivities &
  SelectionActivities &
  TokenSelectionActivities &
  SearchActivities &
  TrainingActivities &
  TrialActivities &
  EvaluationActivities &
  LanguageEvaluationActivities &
  TokenEvaluationActivities &
  BatchActivities &
  CorpusSplitActivities &
  ChampionFiguresActivities;

type Name = keyof FakeActivities;
type InputOf<N extends Name> = Parameters<FakeActivities[N]>[0];

/** Which queue serves what, as in worker/: an activity that is asked of another queue is never answered. */
export const namesByQueue = {
  pipeline: [
    'readModelState',
    'publishAlertRules',
    'followSchedule',
    'askToRetrain',
    'collectDocuments',
    'cleanDocuments',
    'answerDataset',
    'pinVersion',
    'shardRecords',
    'answerShard',
    'foldAnswers',
    'joinAnswers',
    'markAnswered',
    'measureDataset',
    'countShards',
    'cleanShards',
    'foldParts',
    'joinParts',
    'checkData',
    'acceptData',
    'splitCorpus',
    'tokenizeCorpus',
    'tokenizePairs',
    'selectExamples',
    'selectTokenExamples',
    'planTrials',
    'decideRung',
    'removeTrials',
    'recordSearch',
    'evaluateVersion',
    'evaluateLanguageModel',
    'evaluateTokenClassifier',
    'measureChampion',
    'inspectVersion',
    'describeMaking',
    'readBase',
    'describeApproval',
    'awaitGateways',
    'judgeExperiment',
    'judgeArms',
    'judgeWatch',
    'verifyRollback',
    'recordIncident',
    'validateVersion',
  ],
  training: ['trainModel', 'trainTrial', 'scoreExamples'],
  planning: ['planTraining'],
  registry: ['commitRegistryChange', 'storeSpec', 'changeKeys'],
} as const satisfies Record<string, readonly Name[]>;

/** What a test says about its model, and what came of it. */
export interface FakeModel {
  readonly model: string;
  /** The activities as they were when the model was made, to be put back or built upon. */
  readonly original: FakeActivities;
  /** Replaces activities, from now on. */
  replace(activities: Partial<FakeActivities>): void;
  /** Inputs of the calls of one activity, in order. */
  calls<N extends Name>(name: N): InputOf<N>[];
  /** Names of all calls, in order. */
  order(): Name[];
  /** Kinds of the changes of the registry, in order. */
  changes(): string[];
}

export interface FakeModelOptions {
  /** `null`: none is stored. */
  readonly spec?: ModelSpec | null;
  readonly champion?: number;
  readonly activities?: Partial<FakeActivities>;
}

/** Scoring knows references alone; a change of keys knows no model, and a test names its own in the reason. */
function modelOf(input: InputOf<Name>): string | undefined {
  if ('model' in input) return input.model;
  if ('target' in input) return input.target.model;
  return 'weights' in input ? input.weights.annotations['model'] : input.reason;
}

export function createFakeWorld(findOpenWork: FindOpenWork) {
  const models = new Map<string, { fake: FakeModel; answer: (name: Name, input: unknown) => unknown }>();

  const answer = (name: Name) => (input: InputOf<Name>) => {
    const model = modelOf(input);
    // Real weights are no one's: then there is one model alone.
    const found = models.get(model ?? '') ?? (models.size === 1 ? [...models.values()][0] : undefined);
    if (!found) throw new Error(`no test has a model ${model ?? ''}`);
    return found.answer(name, input);
  };

  return {
    /** For the workers: the activities of one queue. */
    activitiesOf: (queue: keyof typeof namesByQueue) =>
      Object.fromEntries(namesByQueue[queue].map((name) => [name, answer(name)])),
    interceptors: { activity: [() => ({ inbound: createFailureInterceptor() })] },
    addModel: (model: string, options: FakeModelOptions = {}): FakeModel => {
      const calls: { name: Name; input: unknown }[] = [];
      const activities = { ...happyActivities(model, options, findOpenWork), ...options.activities };
      const fake: FakeModel = {
        model,
        original: { ...activities },
        replace: (others) => Object.assign(activities, others),
        calls: <N extends Name>(name: N) =>
          calls.filter((call) => call.name === name).map(({ input }) => input as InputOf<N>),
        order: () => calls.map(({ name }) => name),
        changes: () => fake.calls('commitRegistryChange').map(({ change }) => change.kind),
      };
      const act = (name: Name, input: unknown) => {
        calls.push({ name, input });
        return (activities[name] as (it: unknown) => unknown)(input);
      };
      models.set(model, { fake, answer: act });
      return fake;
    },
  };
}

const languageFigures = {
  ...{ loss: 2, perplexity: Math.exp(2), bitsPerByte: 1.5 },
  ...{ documents: 10, tokens: 1_000, bytes: 1_924 },
};

/** A world in which everything goes well: a spec is stored, gates pass, looks promote, gateways are ready. */
function happyActivities(
  model: string,
  { spec = specOf(model), champion }: FakeModelOptions,
  findOpenWork: FindOpenWork,
): FakeActivities {
  const ref = (name: string) => referenceOf(name, model);
  const record = (stage: string) => ({ lineage: ref(`lineage of ${stage}`), cached: false, seconds: 0 });
  const registry = {
    champion,
    challenger: undefined as number | undefined,
    previous: undefined as number | undefined,
    generation: 0,
    versions: 9,
  };
  return {
    readModelState: async () => ({
      ...(spec && { spec, specReference: ref('spec') }),
      generation: registry.generation,
      ...(registry.champion !== undefined && {
        champion: {
          ...servingVersion(model, registry.champion),
          ...(spec?.task === 'language-modelling' && { labels: [] }),
        },
      }),
      ...(registry.challenger !== undefined && { challenger: registry.challenger }),
      quarantined: [],
      open: await findOpenWork(model),
      searchAttributes: Object.values(searchAttributes),
    }),
    publishAlertRules: () => Promise.resolve(),
    followSchedule: () => Promise.resolve(),
    askToRetrain: () => Promise.resolve({ decision: 'started', reason: 'as told' }),
    storeSpec: () => Promise.resolve(ref('spec')),
    changeKeys: () =>
      Promise.resolve({ generation: 2, signingKeyId: '0123456789abcdef', keyId: '0123456789abcdef' }),
    commitRegistryChange: ({ change }) => {
      if (change.kind === 'register') {
        registry.versions += 1;
        return Promise.resolve({ version: registry.versions });
      }
      registry.challenger = change.kind === 'challenge' ? change.challenger.version : undefined;
      if (change.kind === 'promote')
        Object.assign(registry, { previous: registry.champion, champion: change.version });
      if (change.kind === 'rollback' && change.version === registry.champion)
        Object.assign(registry, { previous: undefined, champion: registry.previous });
      registry.generation += 1;
      return Promise.resolve({ generation: registry.generation });
    },
    collectDocuments: () =>
      Promise.resolve({
        ...record('collection'),
        documents: ref('documents'),
        labels: ref('labels'),
        documentCount: 400,
        newDocumentCount: 400,
        labelCount: 200,
        problems: ref('problems'),
        problemCount: 2,
      }),
    ...happyCleaning(ref, record),
    answerDataset: () => Promise.resolve({ answers: ref('answers'), labels: ['ham', 'spam'] }),
    measureDataset: ({ target }) =>
      Promise.resolve({
        target: target.kind === 'version' ? `${target.model}@${target.version}` : target.url,
        ...{ kind: 'labels', examples: 10, unanswered: {}, metrics: { accuracy: { value: 0.9 } } },
        report: ref('report'),
      }),
    ...happyBatch(ref, record),
    tokenizePairs: () =>
      Promise.resolve({
        ...record('pairs'),
        pairs: ref('pairs'),
        counts: { training: 30, heldOut: 10, cut: 2, leftOut: 1 },
      }),
    tokenizeCorpus: ({ existingTokenizer }) =>
      Promise.resolve({
        ...record('tokenization'),
        tokenizer: existingTokenizer ?? ref('tokenizer'),
        tokens: ref(existingTokenizer ? 'tokens of the champion' : 'tokens'),
        vocabularySize: 6_000,
        statistics: {},
      }),
    selectExamples: ({ knownLabels }) =>
      Promise.resolve({
        ...record('selection'),
        training: ref('training'),
        holdout: ref('holdout'),
        labels: knownLabels ?? ['ham', 'spam'],
        trainingCount: 150,
        holdoutCount: 50,
      }),
    selectTokenExamples: () =>
      Promise.resolve({
        ...record('token-selection'),
        training: ref('tagged training'),
        holdout: ref('tagged holdout'),
        labels: ['O', 'B-person', 'I-person'],
        trainingCount: 150,
        holdoutCount: 50,
      }),
    trainModel: ({ job }) =>
      Promise.resolve({
        ...record(job.kind),
        weights: ref(`weights of ${job.kind}`),
        curve: ref('curve'),
        lastPoint: { step: 50, trainingLoss: 0.3 },
        steps: 50,
        tokensPerSecond: 20_000,
        environment: {},
        ...(job.kind === 'pretraining' && job.heldOutDocuments !== undefined && { heldOut: languageFigures }),
        ...(job.kind === 'supervised-fine-tuning' && {
          heldOut: languageFigures,
          heldOutAnswers: { ...languageFigures, loss: 1, perplexity: Math.E, documents: 10 },
        }),
      }),
    planTrials: ({ search, seed }) => {
      const trials = sampleTrials(search, seed);
      return Promise.resolve({ trials, rung: firstRung(trials.length, search) });
    },
    trainTrial: ({ trial, job }) =>
      Promise.resolve({
        ...record('trial'),
        ...{ trial, steps: job.stopAtStep ?? 50, loss: 1 / trial, plannedSteps: 50 },
      }),
    decideRung: ({ search, rung, losses, phaseSteps }) =>
      Promise.resolve(decide(rung, losses, { ...search, phaseSteps })),
    removeTrials: () => Promise.resolve(),
    recordSearch: ({ table, job }) => {
      const best = table.trials.find(({ outcome }) => outcome === 'best');
      return Promise.resolve({
        ...record('search'),
        table: ref('table of trials'),
        job: withHyperparameters(job, best?.hyperparameters ?? {}),
      });
    },
    planTraining: () =>
      Promise.resolve({
        documents: { count: 400, source: 'collected' as const },
        phases: [],
        availableBytes: 8e9,
        processBytes: 4e8,
        processor: 'made up',
        processors: 2,
        speed: { matrixOperationsPerSecond: { float32: 1e11 }, bytesPerSecond: 1e10 },
      }),
    scoreExamples: ({ weights }) => Promise.resolve(ref(`probabilities of ${weights.annotations.name}`)),
    evaluateVersion: () =>
      Promise.resolve({
        ...record('evaluation'),
        outcome: 'accepted' as const,
        gates: [],
        metrics: { accuracy: 0.95, f1: 0.9 },
        intervals: {},
        package: ref('package'),
        report: ref('report'),
        evidence: ref('evidence'),
      }),
    inspectVersion: () => Promise.resolve({ damaged: [] }),
    describeMaking: () =>
      Promise.resolve({
        spec: spec ?? specOf(model),
        trigger: { kind: 'person', name: 'kim' },
        documents: ref('documents'),
        labels: ref('labels'),
      }),
    readBase: ({ version }) => Promise.resolve(servingVersion(model, version)),
    measureChampion: () => Promise.resolve(languageFigures),
    splitCorpus: ({ holdout }) =>
      Promise.resolve({ ...record('split'), corpus: ref('divided corpus'), holdout: holdout + 1 }),
    evaluateLanguageModel: () =>
      Promise.resolve({
        ...record('language-evaluation'),
        outcome: 'accepted' as const,
        gates: [],
        metrics: { loss: 2, perplexity: Math.exp(2), bitsPerByte: 1.5 },
        intervals: {},
        package: ref('package'),
        report: ref('report'),
        evidence: ref('evidence'),
      }),
    evaluateTokenClassifier: () =>
      Promise.resolve({
        ...record('token-evaluation'),
        outcome: 'accepted' as const,
        gates: [],
        metrics: { entityF1: 0.9 },
        intervals: {},
        package: ref('package'),
        report: ref('report'),
        evidence: ref('evidence'),
      }),
    ...happyRollout(ref),
  };
}

export function servingVersion(model: string, version: number): ServingVersion {
  return {
    version,
    package: referenceOf(`package of version ${version}`, model),
    tokenizer: referenceOf(`tokenizer of version ${version}`, model),
    labels: ['ham', 'spam'],
  };
}
