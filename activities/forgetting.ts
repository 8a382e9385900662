// Forgetting, in steps that may each be done again: look for what holds it, remove that, and ask for new versions where
// the model files say so. Surveys stay in the store, since they can be long; histories get counts.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { parseJson } from '../artifacts/artifact-store.ts';
import { canonicalJson } from '../artifacts/canonical-json.ts';
import { purgeHoldings } from '../artifacts/forgetting/purge.ts';
import { surveyHoldings } from '../artifacts/forgetting/survey.ts';
import { openTombstones } from '../artifacts/forgetting/tombstones.ts';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { readObject } from '../artifacts/object-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import {
  type ForgettingCounts,
  type ForgettingSurvey,
  forgettingSurveySchema,
} from '../contracts/forgetting.ts';
import type { Decision, RetrainRequest } from '../contracts/messages.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { FindOpenWork } from './model-state.ts';

export interface ForgettingActivityDependencies {
  readonly artifacts: ArtifactStore;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly lineage: LineageLog;
  readonly registry: RegistryReader;
  readonly findOpenWork: FindOpenWork;
  readonly retrain: (model: string, request: RetrainRequest) => Promise<Decision>;
  readonly now: () => Date;
}

export type ForgettingActivities = ReturnType<typeof createForgettingActivities>;

/** What a survey found, small enough for an event history. */
export interface FoundHoldings {
  readonly found: ForgettingCounts;
  readonly versions: ForgettingSurvey['versions'];
  /** Nothing holds it, and it was never forgotten. */
  readonly unknown: boolean;
}

const surveyKey = (target: string): string => `forgotten/surveys/${target}.json`;

export function createForgettingActivities(dependencies: ForgettingActivityDependencies) {
  const { objects, registry, findOpenWork, retrain, now } = dependencies;

  const readSurvey = async (target: string): Promise<ForgettingSurvey> => {
    const bytes = await readObject(objects, surveyKey(target));
    if (bytes) return parseJson(bytes.toString(), forgettingSurveySchema, surveyKey(target));
    throw new CoppiceFailure('InvariantViolated', `${surveyKey(target)}: purged before it was surveyed`);
  };

  return {
    /** Finds what holds it. */
    async findHoldings({ target }: { target: string }): Promise<FoundHoldings> {
      return withHeartbeat(async (signal, report) => {
        let read = 0;
        const onRead = () => {
          read += 1;
          report({ read });
        };
        const tombstones = await openTombstones(objects, now);
        const survey = await surveyHoldings(target, { ...dependencies, tombstones, signal, onRead });
        const found = countHoldings(survey);
        const unknown = isEmpty(found) && survey.forgottenAt === undefined;
        if (!unknown) await objects.put(surveyKey(target), Buffer.from(canonicalJson(survey)));
        return { found, versions: survey.versions, unknown };
      });
    },

    /** Removes what `findHoldings` found last. */
    async purgeFound({ target }: { target: string }): Promise<void> {
      const survey = await readSurvey(target);
      return withHeartbeat(async (signal, report) => {
        let steps = 0;
        const onStep = () => {
          steps += 1;
          report({ steps });
        };
        await purgeHoldings(survey, { ...dependencies, signal, onStep });
      });
    },

    /** Runs of any model that are open, whatever they collect: which of them have read it cannot be told. */
    async findOpenRuns(): Promise<string[]> {
      const models = await registry.listModels();
      const open = await Promise.all(models.map(findOpenWork));
      return open.flatMap(({ run, repair }) =>
        [run, repair].flatMap((work) => (work ? [work.workflowId] : [])),
      );
    },

    /** Asks for a version that has not seen it, where the model file says so and one that has is in service. */
    async askToForget({ model, target }: { model: string; target: string }): Promise<Decision> {
      const [stored, routing, versions] = await Promise.all([
        registry.readSpec(model),
        registry.readRouting(model),
        registry.listVersions(model),
      ]);
      if (stored?.spec.retraining.onForgetting !== 'retrain')
        return { decision: 'ignored', reason: 'retraining.onForgetting does not ask for it' };
      const champion = versions.find(({ document }) => document.version === routing?.champion);
      if (!champion?.retrainingDue)
        return { decision: 'ignored', reason: 'no version in service has seen it' };
      return retrain(model, {
        trigger: { kind: 'forgetting', forgetting: target },
        strategy: 'full',
        run: `forgetting-${target.slice(0, 12)}-${champion.document.version}`, // asked for twice, it runs once
      });
    },
  };
}

export function countHoldings(survey: ForgettingSurvey): ForgettingCounts {
  const sum = (of: (object: ForgettingSurvey['observations'][number]) => number) =>
    survey.observations.reduce((total, object) => total + of(object), 0);
  return {
    documents: survey.documentCount,
    shards: survey.shards.length,
    blobs: survey.blobs.length,
    caches: survey.caches.length,
    checkpoints: survey.checkpoints.length,
    predictions: sum(({ predictions }) => predictions),
    labels: sum(({ labels }) => labels),
  };
}

const isEmpty = (counts: ForgettingCounts): boolean => Object.values(counts).every((count) => count === 0);
