// A version or an endpoint on somebody's dataset: what it answers, and what that comes to.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import {
  type Dataset,
  type DatasetEvaluation,
  type DatasetEvaluationInput,
  datasetSchema,
  type EvaluationTarget,
  type GivenAnswer,
  type GivenAnswers,
  givenAnswerSchema,
} from '../contracts/dataset-evaluation.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { formatVersion } from '../contracts/registry.ts';
import type { DatasetFigures } from '../pipeline/evaluation/dataset-figures.ts';
import type { MetricTable } from '../pipeline/evaluation/metric-table.ts';
import { renderDatasetPage } from '../pipeline/evaluation/report/dataset-page.ts';
import { readAnsweringVersion } from './answering-version.ts';
import { askEndpoint } from './ask-endpoint.ts';
import type { DatasetAnswersJob } from './dataset-answers.ts';
import type { DatasetJob } from './dataset-thread-main.ts';
import { withHeartbeat } from './heartbeat.ts';
import { figuresOf } from './judged-version.ts';
import { askThread } from './thread.ts';

export interface DatasetEvaluationDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: Pick<RegistryReader, 'readVersion'>;
  /** Where keys of endpoints are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

export interface MeasureDatasetInput extends DatasetEvaluationInput, GivenAnswers {
  readonly runId: string;
}

export type DatasetEvaluationActivities = ReturnType<typeof createDatasetEvaluationActivities>;

const entry = new URL('dataset-thread.mjs', import.meta.url);

export function createDatasetEvaluationActivities(dependencies: DatasetEvaluationDependencies) {
  const { artifacts, registry, environment, now } = dependencies;

  const jobOf = async (
    { model, version }: Extract<EvaluationTarget, { kind: 'version' }>,
    asked: Pick<DatasetAnswersJob, 'dataset' | 'maximumTokens'>,
  ): Promise<DatasetAnswersJob> => {
    const document = await registry.readVersion(model, version);
    if (!document)
      throw new CoppiceFailure('InvalidInput', `${formatVersion(model, version)} is not in the registry`);
    return { ...asked, ...(await readAnsweringVersion(artifacts, document.package)) };
  };

  const answersOf = (
    { target, maximumTokens }: DatasetEvaluationInput,
    dataset: Dataset,
  ): Promise<{ readonly given: GivenAnswer[]; readonly labels?: readonly string[] }> =>
    withHeartbeat(async (signal, report) => {
      if (target.kind === 'endpoint') {
        const onAnswered = (answered: number) => report({ answered, of: dataset.lines.length });
        return {
          given: await askEndpoint(target, { dataset, maximumTokens, signal, environment, onAnswered }),
        };
      }
      const job: DatasetJob = { answer: await jobOf(target, { dataset, maximumTokens }) };
      const given = (await askThread(entry, job, signal)) as GivenAnswer[];
      const { decision } = job.answer;
      return { given, ...(decision && { labels: decision.labels }) };
    });

  return {
    /** @throws InvalidInput for a version that is not in the registry, or an endpoint that cannot be asked */
    async answerDataset(input: DatasetEvaluationInput): Promise<GivenAnswers> {
      const dataset = await artifacts.readJson(input.dataset, datasetSchema);
      const { given, labels } = await answersOf(input, dataset);
      return { answers: await artifacts.putJson(given), ...(labels && { labels }) };
    },

    async measureDataset({
      dataset: reference,
      target,
      answers,
      labels,
      runId,
    }: MeasureDatasetInput): Promise<DatasetEvaluation> {
      return withHeartbeat(async (signal) => {
        const dataset = await artifacts.readJson(reference, datasetSchema);
        const given = await artifacts.readJson(answers, z.array(givenAnswerSchema));
        const job: DatasetJob = { measure: { dataset, given, ...(labels && { labels }) } };
        const figures = (await askThread(entry, job, signal)) as DatasetFigures;
        const told =
          target.kind === 'version'
            ? formatVersion(target.model, target.version)
            : `${target.model} at ${target.url}`;
        const examples = dataset.lines.length;
        const page = renderDatasetPage({
          target: told,
          runId,
          createdAt: now().toISOString(),
          examples,
          figures,
        });
        return {
          ...{ target: told, kind: dataset.kind, examples, unanswered: figures.unanswered },
          metrics: toldFigures(figures.metrics),
          ...(figures.majority && { majority: toldFigures(figures.majority) }),
          ...(figures.warnings && { warnings: [...figures.warnings] }),
          ...(figures.signatures && { signatures: figures.signatures }),
          report: await artifacts.putBytes(page, { mediaType: mediaTypes.html }),
        };
      });
    },
  };
}

function toldFigures(table: MetricTable): DatasetEvaluation['metrics'] {
  const { metrics, intervals } = figuresOf(table);
  const found = new Map(Object.entries(intervals));
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => {
      const interval = found.get(name);
      return [name, { value, ...(interval && { interval: { low: interval[0], high: interval[1] } }) }];
    }),
  );
}
