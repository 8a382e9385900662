// Looks into a language model in a thread of its own: operations of ONNX Runtime stop the event loop of whoever asks.
import type { LanguageSamples, LanguageSamplesJob } from './language-samples-thread-main.ts';
import { askThread } from './thread.ts';

const entry = new URL('language-samples-thread.mjs', import.meta.url);

/** @throws the signal's reason where it is aborted; CoppiceFailure OutOfMemory; what else went wrong */
export async function readLanguageSamples(
  job: LanguageSamplesJob,
  signal: AbortSignal,
): Promise<LanguageSamples> {
  return (await askThread(entry, job, signal)) as LanguageSamples;
}
