// The last word of a run or a rollout to the controller that started it.
import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  log,
  type SignalDefinition,
} from '@temporalio/workflow';

/** Where the controller is gone nobody is told: the next one asks the server what is open. */
export async function tellController<T>(
  controllerId: string | undefined,
  signal: SignalDefinition<[T]>,
  finished: T,
): Promise<void> {
  if (controllerId === undefined) return;
  try {
    await getExternalWorkflowHandle(controllerId).signal(signal, finished);
  } catch (error) {
    const gone = error instanceof ApplicationFailure && error.type === 'ExternalWorkflowExecutionNotFound';
    if (!gone) throw error;
    log.warn(`the controller ${controllerId} is gone and was not told`);
  }
}
