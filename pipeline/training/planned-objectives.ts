// The objectives of a training whose data is not there yet: graphs and steps are those that it will have, since they
// depend on how much there is and not on what. Rows are taken to be as long as they may be.
import type { PlanningJob } from '../../contracts/training-plan.ts';
import type { BertHead } from '../model/config.ts';
import { bertConfigOf } from '../model/config.ts';
import { gptConfigOf } from '../model/gpt-config.ts';
import { createAutoregressive } from './autoregressive.ts';
import { createFineTuning } from './fine-tuning.ts';
import type { Objective } from './objective.ts';
import { createPretraining } from './pretraining.ts';
import { createSupervisedFineTuning } from './supervised-fine-tuning.ts';
import { createTokenClassification } from './token-classification.ts';
import type { TokenRows } from './token-rows.ts';
import type { TokenStream } from './token-stream.ts';

export interface PlannedObjective {
  readonly phase: 'pretraining' | 'fine-tuning' | 'supervised-fine-tuning';
  readonly objective: Objective;
}

/** Two classes: more change a few parameters. */
const CLASSES = ['one', 'other'];

/**
 * @param validationShare of the trials of a search, see contracts/training-job.ts
 * @returns the phases in their order; none has a batch to give
 */
export function plannedObjectives(job: PlanningJob, validationShare?: number): PlannedObjective[] {
  if (job.architecture.architecture === 'gpt2')
    return [plannedDecoder(job, validationShare), ...plannedAnswering(job, validationShare)];
  const { architecture, training, vocabularySize, documents, heldOut, level } = job;
  const { seed, pretraining, fineTuning } = training;
  const tokens = rowsOf(job);
  const shared = { vocabularySize, padTokenId: tokens.padId };
  const configOf = (options: { dropout: number }, head: BertHead) =>
    bertConfigOf(architecture, {
      ...shared,
      dropout: options.dropout,
      head,
      labels: head === 'masked-language-model' ? [] : CLASSES,
    });
  const examples = Array.from({ length: Math.max(1, documents - heldOut) }, (_, row) => ({
    row,
    label: row % 2,
  }));
  const planned: PlannedObjective[] = [];
  if (pretraining) {
    const config = configOf(pretraining, 'masked-language-model');
    planned.push({
      phase: 'pretraining',
      objective: createPretraining({
        ...{ config, seed, tokens, options: pretraining, validationShare },
        ...((pretraining.earlyStopping ?? validationShare) !== undefined && {
          heldOutRows: Array.from({ length: Math.min(heldOut, documents - 1) }, (_, row) => row),
        }),
      }),
    });
  }
  const task = { seed, tokens, options: fineTuning, validation: [], validationShare };
  const objective =
    level === 'token'
      ? createTokenClassification({
          ...{ ...task, config: configOf(fineTuning, 'token-classification') },
          training: examples.map(({ row, label }) => ({ row, labels: [label] })),
        })
      : createFineTuning({ ...task, config: configOf(fineTuning, 'classification'), training: examples });
  return [...planned, { phase: 'fine-tuning', objective }];
}

function plannedDecoder(job: PlanningJob, validationShare: number | undefined): PlannedObjective {
  const { architecture, vocabularySize, training, heldOut } = job;
  const { pretraining, seed } = training;
  if (pretraining === undefined) throw new RangeError('a decoder has no other phase than pretraining');
  const tokens = streamOf(job);
  const config = gptConfigOf(architecture, {
    vocabularySize,
    endOfTextId: tokens.endOfTextId,
    dropout: pretraining.dropout,
  });
  const task = { config, seed, tokens, options: pretraining, heldOutDocuments: heldOut, validationShare };
  return { phase: 'pretraining', objective: createAutoregressive(task) };
}

/** Every document is taken to have an answer. */
function plannedAnswering(job: PlanningJob, validationShare: number | undefined): PlannedObjective[] {
  const { architecture, vocabularySize, documents, heldOut, training } = job;
  const { supervisedFineTuning: options, seed } = training;
  if (options === undefined) return [];
  const endOfTextId = 0;
  const config = gptConfigOf(architecture, { vocabularySize, endOfTextId, dropout: options.dropout });
  const rows = Math.max(documents, heldOut + 1);
  const answers = new Uint16Array(rows).fill(1);
  const tokens = {
    ...rowsOf({ ...job, documents: rows }),
    endOfTextId,
    answers,
    bytes: new Float64Array(rows),
  };
  const task = { config, seed, tokens, options, heldOutPairs: heldOut, validationShare };
  return [{ phase: 'supervised-fine-tuning', objective: createSupervisedFineTuning(task) }];
}

function rowsOf({ architecture: { contextLength }, vocabularySize, documents }: PlanningJob): TokenRows {
  const frame = { padId: 0, maskId: 4, clsId: 2, sepId: 3 };
  const lengths = new Uint16Array(documents).fill(contextLength);
  return { rows: documents, contextLength, vocabularySize, ...frame, ids: new Uint16Array(0), lengths };
}

function streamOf({
  architecture: { contextLength },
  vocabularySize,
  documents,
  heldOut,
  tokensEach = contextLength,
}: PlanningJob): TokenStream {
  const ends = Float64Array.from(
    { length: Math.max(documents, heldOut + 1) },
    (_, index) => (index + 1) * tokensEach,
  );
  return {
    vocabularySize,
    endOfTextId: 0,
    ids: new Uint16Array(0),
    ends,
    bytes: new Float64Array(ends.length),
  };
}
