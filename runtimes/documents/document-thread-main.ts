// Reads documents in a thread of its own: whoever asks can end it, and what it may allocate is bounded.
import { parentPort } from 'node:worker_threads';
import { limitAllocations } from './limit-allocations.ts';
import type { DocumentAnswer, DocumentQuestion } from './read-document.ts';
import { UnreadableDocument } from './unreadable-document.ts';

// What a document may unpack to in all its life: 150 pages of half a megabyte take 8 MiB.
const LEAST_BYTES = 128 * 1024 * 1024;
const HIGHEST_RATIO = 64;

const setLimit = limitAllocations();
const { readEpub } = await import('./read-epub.ts');
const { readPdf } = await import('./read-pdf.ts');

async function answer({ kind, bytes }: DocumentQuestion): Promise<DocumentAnswer> {
  setLimit(LEAST_BYTES + HIGHEST_RATIO * bytes.length);
  try {
    return { text: await (kind === 'pdf' ? readPdf(bytes) : readEpub(bytes)) };
  } catch (error) {
    if (error instanceof UnreadableDocument) return { reason: error.reason };
    return { reason: error instanceof RangeError ? 'document-too-large' : `${kind}-damaged` };
  }
}

parentPort?.on('message', (question: DocumentQuestion) => {
  void answer(question).then((it) => parentPort?.postMessage(it));
});
