// What becomes of a run whose data is not as expected: it goes on, ends, or waits for a person, as the spec says.
import { condition, proxyActivities } from '@temporalio/workflow';
import type { DataValidationActivities } from '../activities/data-validation.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { DataAnomaly, DataCheck } from '../contracts/data-validation.ts';
import { type DataDecision, dataDecisionSchema } from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { ValidationSpec } from '../contracts/model-spec/validation.ts';
import type { RunIdentity } from '../contracts/stage-results.ts';
import { compute } from './activity-options.ts';
import { handleUpdate } from './handle-update.ts';
import { decideDataUpdate } from './messages.ts';

const { checkData, acceptData } = proxyActivities<DataValidationActivities>(compute);

/** Nothing is trained on this data. */
export class DataRefused extends Error {
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(reasons.join('; '));
    this.reasons = reasons;
  }
}

/** Holds a clean corpus against the schema, and tells what came of it. @throws DataRefused */
export type ValidateData = (corpus: ArtifactReference, note: (detail: string) => void) => Promise<string>;

/**
 * Hears what people say of data that waits for them.
 * @returns the validation of this run's data; undefined where the spec is from before there was any
 */
export function createDataValidation(
  run: RunIdentity,
  { task, validation }: Pick<ModelSpec, 'task'> & { readonly validation?: ValidationSpec },
): ((labels: ArtifactReference) => ValidateData) | undefined {
  if (validation === undefined) return undefined;
  let isWaiting = false;
  let decision: DataDecision | undefined;
  handleUpdate(decideDataUpdate, dataDecisionSchema, (word) => {
    if (!isWaiting) return { decision: 'ignored', reason: 'no data of this run waits for a decision' };
    decision ??= word;
    return { decision: 'done', reason: word.accept ? 'the run goes on' : 'the run ends' };
  });
  const ask = async (): Promise<DataDecision> => {
    isWaiting = true;
    await condition(() => decision !== undefined);
    isWaiting = false;
    return decision as unknown as DataDecision;
  };

  return (labels) => async (corpus, note) => {
    const data = { ...run, corpus, ...(task === 'text-classification' && { labels }) };
    const check = await checkData(data);
    if (check.anomalies.length === 0) return describeGoodData(check);
    const found = describeAnomalies(check);
    const by = { by: run.runId, reason: '' };
    switch (validation.onAnomaly) {
      case 'block':
        throw new DataRefused(check.anomalies.map(({ message }) => `data: ${message}`));
      case 'warn':
        await acceptData({ ...data, ...by, anomalies: [] }); // told once; what is expected stays as it is
        return found;
      case 'ask': {
        note(`${found}: waits for \`coppice data accept ${run.model}\` or \`reject\``);
        const { accept, ...word } = await ask();
        if (!accept)
          throw new DataRefused([`data rejected by ${word.by}: ${word.reason}`, ...messagesOf(check)]);
        await acceptData({ ...data, ...word, anomalies: check.anomalies });
        return `${found}, accepted by ${word.by}`;
      }
    }
  };
}

export function describeGoodData({ inferred, documents, revision }: DataCheck): string {
  if (inferred) return `data schema inferred from ${documents} documents`;
  return documents === 0 ? 'no new data' : `${documents} new as schema ${revision} expects`;
}

const messagesOf = ({ anomalies }: DataCheck): string[] => anomalies.map(({ message }) => message);

/** Histories and the table of stages take a few; the check itself has all of them. */
function describeAnomalies({ anomalies }: DataCheck): string {
  const told = anomalies.slice(0, 3).map(({ message }: DataAnomaly) => message);
  const more = anomalies.length - told.length;
  return `${anomalies.length} anomalies: ${told.join('; ')}${more > 0 ? `; ${more} more` : ''}`;
}
