// Measures a language model on documents, or answers, in a thread of its own: operations of ONNX Runtime stop the event loop of whoever asks.
import { type DocumentLosses, documentLossesSchema } from '../contracts/training-job.ts';
import type { AnswerFiguresJob, LanguageFiguresJob } from './language-figures-thread-main.ts';
import { askThread } from './thread.ts';

const entry = new URL('language-figures-thread.mjs', import.meta.url);

/** @throws the signal's reason where it is aborted; CoppiceFailure OutOfMemory; what else went wrong */
export async function measureByDocument(
  job: LanguageFiguresJob | AnswerFiguresJob,
  signal: AbortSignal,
): Promise<DocumentLosses> {
  return documentLossesSchema.parse(await askThread(entry, job, signal));
}
