// Compares what is held out with all that was trained on in a thread of its own: of a large corpus that takes a while.
import type { HeldOutFacts, HeldOutFactsJob } from './held-out-facts-thread-main.ts';
import { askThread } from './thread.ts';

const entry = new URL('held-out-facts-thread.mjs', import.meta.url);

/** @throws the signal's reason where it is aborted; CoppiceFailure OutOfMemory; what else went wrong */
export async function readHeldOutFacts(job: HeldOutFactsJob, signal: AbortSignal): Promise<HeldOutFacts> {
  return (await askThread(entry, job, signal)) as HeldOutFacts;
}
