import {
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, RetryState } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { explainTemporalError, RequestRefused, ServiceUnavailable } from '../../../client/failures.ts';

const explain = (error: unknown) => explainTemporalError(error, '127.0.0.1:7233');
const grpc = (code: number, details: string) =>
  new ServiceError('Failed to query Workflow', {
    cause: Object.assign(new Error(`${code} ${details}`), { code, details, metadata: {} }),
  });

describe('explainTemporalError', () => {
  it('tells what the first in the chain said', () => {
    const cause = ApplicationFailure.nonRetryable('m has no stored spec: apply one first', 'InvalidInput');
    expect(explain(new WorkflowUpdateFailedError('Workflow Update failed', cause))).toEqual(
      new RequestRefused('m has no stored spec: apply one first'),
    );
    const failed = new WorkflowFailedError('Workflow execution failed', cause, RetryState.TIMEOUT);
    expect(explain(failed)).toEqual(new Error('m has no stored spec: apply one first'));
  });

  it('says where nothing answers, and where an answer was refused', () => {
    expect(explain(grpc(14, 'connection refused'))).toEqual(
      new ServiceUnavailable('the Temporal server at 127.0.0.1:7233 does not answer: connection refused'),
    );
    expect(explain(grpc(7, 'no key'))).toBeInstanceOf(ServiceUnavailable);
    expect(explain(grpc(3, 'bad id'))).toEqual(new RequestRefused('bad id'));
  });

  it('tells workers that are away from a server that is', () => {
    for (const error of [
      new WorkflowUpdateRPCTimeoutOrCancelledError('Deadline exceeded'),
      grpc(4, 'query timed out before a worker could process it'),
    ]) {
      const told = explain(error);
      expect(told).toBeInstanceOf(ServiceUnavailable);
      expect((told as Error).message).toMatch(/^no worker has answered in time/);
    }
  });

  it('says that a workflow cannot go on, and where to look', () => {
    const stuck = grpc(
      9,
      'Unable to perform workflow execution update due to Workflow Task in failed state.',
    );
    expect((explain(stuck) as Error).message).toMatch(/`coppice logs worker`/);
  });

  it('names a workflow that is not there, and leaves what is no error of Temporal', () => {
    expect(explain(new WorkflowNotFoundError('x', 'rollout/m/1', undefined))).toEqual(
      new RequestRefused('there is no workflow rollout/m/1, or it has ended'),
    );
    const other = new TypeError('a defect');
    expect(explain(other)).toBe(other);
  });
});
