// The thread that measures a language model on documents, one by one; without a stride what training measures of its own, by the same windows.
import { parentPort, workerData } from 'node:worker_threads';
import type { DocumentLosses } from '../contracts/training-job.ts';
import { lossesByDocument } from '../pipeline/evaluation/document-losses.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { loadOnnxGenerator } from '../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';

export interface LanguageFiguresJob {
  readonly model: ModelFiles;
  /** Text of its own tokenizer.json. */
  readonly tokenizer: string;
  readonly documents: readonly string[];
  /** In tokens, from one window to the next; that of the context where it is more, or not given. */
  readonly stride?: number | undefined;
}

/** The documents one after the other, an end of text before the first and behind each, in sliding windows. */
async function measure({
  model,
  tokenizer: json,
  documents,
  stride = Infinity,
}: LanguageFiguresJob): Promise<DocumentLosses> {
  const tokenizer = await loadTokenizer(json);
  const generator = loadOnnxGenerator(model);
  const ids = [tokenizer.sepId];
  const lengths: number[] = [];
  for await (const chunk of tokenizer.encodeWhole(documents)) {
    for (const of of chunk) {
      for (const id of of) ids.push(id); // a document may be longer than a call may have arguments
      ids.push(tokenizer.sepId);
      lengths.push(of.length + 1);
    }
  }
  const scored = await generator.scoreTokens(ids, {
    stride: Math.min(stride, generator.config.contextLength),
  });
  await generator.close();
  return lossesByDocument(
    scored,
    lengths,
    documents.map((text) => Buffer.byteLength(text)),
  );
}

parentPort?.postMessage(await measure(workerData as LanguageFiguresJob));
