// Recorded histories, replayed by the workflows as they stand now: what runs on a server may not be surprised by a new
// build. A history that was tampered with shows that a surprise would be found.
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowTypes } from '../../contracts/messages.ts';
import { workflowBundlePath } from '../../worker/workflow-bundle.ts';
import { quietTemporal } from '../support/quiet-temporal.ts';
import { type RecordedHistory, readHistories } from './record.ts';

const recorded = await readHistories();

let codePath: string;
beforeAll(async () => {
  quietTemporal();
  codePath = await workflowBundlePath();
});

/** @returns what each history met, by its name; nothing where all went as recorded */
async function replay(histories: readonly RecordedHistory[]): Promise<Map<string, unknown>> {
  const names = new Map(histories.map(({ runId, name }) => [runId, name]));
  const errors = new Map<string, unknown>();
  const options = { workflowBundle: { codePath }, replayName: 'coppice' };
  for await (const { runId, error } of Worker.runReplayHistories(options, histories)) {
    errors.set(names.get(runId) ?? runId, error);
  }
  return errors;
}

describe('replay', () => {
  it('holds a history of every workflow type', () => {
    const types = new Set(recorded.map(({ type }) => type));
    expect([...types].sort()).toEqual(Object.values(workflowTypes).sort());
  });

  it('takes every recorded history as the workflows stand now', async () => {
    const errors = await replay(recorded);
    expect([...errors.keys()].sort()).toEqual(recorded.map(({ name }) => name));
    expect([...errors].filter(([, error]) => error !== undefined)).toEqual([]);
  });

  it.each([
    ['rollout-shadow-promote.v1', 'judgeExperiment', 'judgeWatch'],
    ['lifecycle-registered.v1', 'cleanDocuments', 'tokenizeCorpus'],
    ['training-pretrained.v1', 'selectExamples', 'trainModel'],
    ['controller-run-to-rollout.v1', 'rolloutWorkflow', 'trainingWorkflow'],
  ])('finds that %s was tampered with', async (name, was, is) => {
    const tampered = await readHistories({
      name,
      change: (json) => json.replaceAll(`{"name":"${was}"}`, `{"name":"${is}"}`),
    });
    expect(tampered).not.toEqual(recorded.filter((history) => history.name === name));
    const errors = await replay(tampered);
    expect(errors.get(name)).toBeInstanceOf(DeterminismViolationError);
  });
});
