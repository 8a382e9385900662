// What both sides train on: the speeches of examples/speeches as token ids, its settings, and the very batches and rates of
// every step.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadModelFile } from '../../client/model-file.ts';
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import { trainBpe } from '../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../pipeline/tokenization/byte-level-words.ts';
import { writeByteLevelJson } from '../../pipeline/tokenization/tokenizer-json.ts';
import { createDataOrder } from '../../pipeline/training/data-order.ts';
import { learningRateAt } from '../../pipeline/training/schedule.ts';
import type { Span, TokenStream } from '../../pipeline/training/token-stream.ts';
import { splitStream, windowsOf } from '../../pipeline/training/token-stream.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';

const modelFile = fileURLToPath(new URL('../../examples/speeches/speeches.model.ts', import.meta.url));

/** What a side is told: `ids.bin`, `ends.bin` and `bytes.bin` in a folder, and of the peer `order.bin` and `rates.bin`. */
export interface Work {
  readonly folder: string;
  readonly spec: ModelSpec;
  readonly options: PretrainingSpec;
  readonly vocabularySize: number;
  readonly endOfTextId: number;
  readonly training: Span;
  readonly heldOut: Span;
  readonly steps: number;
}

/** What a side answers. */
export const answerSchema = z.object({
  bitsPerByte: z.number(),
  parameters: z.number(),
  seconds: z.number(),
  peakMegabytes: z.number(),
});
export type Answer = z.infer<typeof answerSchema>;

/** Tokenizes the speeches and writes what the sides read. */
export async function prepareWork(folder: string): Promise<Work> {
  const spec = await loadModelFile(modelFile);
  const [source] = spec.collection.sources;
  const options = spec.training.pretraining;
  if (source.kind !== 'files' || options === undefined)
    throw new Error(`${modelFile} is another than this bench knows`);
  const names = (await readdir(source.path)).filter((name) => name.endsWith('.txt')).sort();
  const texts = await Promise.all(
    names.map(async (name) => (await readFile(join(source.path, name), 'utf8')).normalize('NFC')),
  );
  const { stream, write } = await tokenize(texts, spec.tokenizer);
  const { training, heldOut } = splitStream(stream, spec.evaluation.holdout);
  if (heldOut === undefined) throw new Error('expected documents to hold out');
  const order = createDataOrder(windowsOf(training, spec.model.contextLength), {
    ...options,
    seed: spec.training.seed,
  });
  const { totalSteps: steps } = order;
  const schedule = { ...options, peak: options.learningRate, totalSteps: steps, decay: options.schedule };
  const each = Array.from({ length: steps }, (_, step) => step);
  await write(folder);
  await writeArray(
    join(folder, 'order.bin'),
    Int32Array.from(each.flatMap((step) => [...order.batch(step)])),
  );
  await writeArray(
    join(folder, 'rates.bin'),
    Float64Array.from(each, (step) => learningRateAt(schedule, step)),
  );
  const { vocabularySize, endOfTextId } = stream;
  return { folder, spec, options, vocabularySize, endOfTextId, training, heldOut, steps };
}

async function tokenize(texts: readonly string[], options: ModelSpec['tokenizer']) {
  const { lowercase } = options;
  const json = writeByteLevelJson(trainBpe(countByteLevelWords(texts, { lowercase }), options), {
    lowercase,
  });
  const tokenizer = await loadTokenizer(json);
  const ids: number[] = [];
  const ends: number[] = [];
  for await (const chunk of tokenizer.encodeWhole(texts)) {
    for (const own of chunk) {
      for (const id of own) ids.push(id);
      ids.push(tokenizer.sepId);
      ends.push(ids.length);
    }
  }
  const stream: TokenStream = {
    ...{ vocabularySize: tokenizer.vocabularySize, endOfTextId: tokenizer.sepId },
    ids: Uint16Array.from(ids),
    ends: Float64Array.from(ends),
    bytes: Float64Array.from(texts, (text) => Buffer.byteLength(text)),
  };
  const write = async (folder: string): Promise<void> => {
    await writeArray(join(folder, 'ids.bin'), Uint16Array.from(ids));
    await writeArray(join(folder, 'ends.bin'), stream.ends);
    await writeArray(join(folder, 'bytes.bin'), stream.bytes);
  };
  return { stream, write };
}

function writeArray(path: string, { buffer, byteOffset, byteLength }: ArrayBufferView): Promise<void> {
  return writeFile(path, new Uint8Array(buffer, byteOffset, byteLength));
}
