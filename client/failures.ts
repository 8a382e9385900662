// What goes wrong between a client and the services, in words for a person.
import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** What was asked for cannot be done, with the reason; nothing was started. */
export class RequestRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RequestRefused';
  }
}

/** A service that is needed does not answer. */
export class ServiceUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ServiceUnavailable';
  }
}

// Codes of gRPC (grpc.github.io/grpc/core/md_doc_statuscodes.html).
const noAnswer = [1, 4, 14]; // cancelled, deadline exceeded, unavailable
const notAllowed = [7, 16]; // permission denied, unauthenticated

/**
 * Turns an error of the Temporal client into one whose message a person can use.
 * @param address of the server
 * @returns RequestRefused, ServiceUnavailable, an Error with the first cause of a workflow that failed, or what was given
 */
export function explainTemporalError(error: unknown, address: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof WorkflowUpdateFailedError) return new RequestRefused(rootMessage(error));
  if (error instanceof WorkflowFailedError) return new Error(rootMessage(error));
  if (error instanceof WorkflowNotFoundError)
    return new RequestRefused(`there is no workflow ${error.workflowId}, or it has ended`);
  const root = rootOf(error);
  if (/Workflow Task in failed state/i.test(root.message))
    return new ServiceUnavailable(
      'the workflow cannot go on: the code of the worker does not fit its history, or fails; `coppice logs worker` says more',
    );
  if (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    root.message.includes('before a worker could')
  )
    return new ServiceUnavailable(
      'no worker has answered in time; what was asked for may still be done: `coppice status`',
    );
  if (!isGrpcServiceError(root)) return error;
  if (noAnswer.includes(root.code))
    return new ServiceUnavailable(`the Temporal server at ${address} does not answer: ${root.details}`);
  if (notAllowed.includes(root.code))
    return new ServiceUnavailable(`the Temporal server at ${address} refuses us: ${root.details}`);
  return new RequestRefused(root.details);
}

function rootMessage(error: Error): string {
  return rootOf(error).message;
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
