// The thread that measures a language model on documents, or answers, one by one; without a stride what training measures of its own, by the same windows.
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

/** A prompt and its answer as one row, and where the answer begins. */
export interface TokenAnswer {
  /** The end of text that ends the answer included; a context at most. */
  readonly ids: readonly number[];
  /** 1 or more. */
  readonly answerStart: number;
  /** Of the answer in UTF-8. */
  readonly bytes: number;
}

export interface AnswerFiguresJob {
  readonly model: ModelFiles;
  readonly answers: readonly TokenAnswer[];
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

/** Each answer behind its own prompt, as fine-tuning does; losses are of the answers and their ends alone. */
async function measureAnswers({ model, answers }: AnswerFiguresJob): Promise<DocumentLosses> {
  const generator = loadOnnxGenerator(model);
  const [losses, likeliest] = [new Array<number>(answers.length), new Array<number>(answers.length)];
  const byLength = [...answers.keys()].sort((a, b) => answers[a].ids.length - answers[b].ids.length); // few graphs at once
  for (const row of byLength) {
    const { ids, answerStart } = answers[row];
    const scored = await generator.scoreTokens(ids, { stride: generator.config.contextLength });
    const ofAnswer = scored.logProbabilities.subarray(answerStart - 1);
    losses[row] = -ofAnswer.reduce((total, value) => total + value, 0);
    likeliest[row] = scored.likeliest.subarray(answerStart - 1).reduce((total, value) => total + value, 0);
  }
  await generator.close();
  return {
    ...{ losses, likeliest, bytes: answers.map(({ bytes }) => bytes) },
    tokens: answers.map(({ ids, answerStart }) => ids.length - answerStart),
  };
}

const job = workerData as LanguageFiguresJob | AnswerFiguresJob;
parentPort?.postMessage(await ('answers' in job ? measureAnswers(job) : measure(job)));
