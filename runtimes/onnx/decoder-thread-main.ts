// A thread that has a model of its own, and some of the texts that are in the making.
import { parentPort, workerData } from 'node:worker_threads';
import { type CachedDecoder, createCachedDecoder } from '../../pipeline/generation/cached-decoder.ts';
import type { CacheShape } from '../../pipeline/generation/text-caches.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { onnxGraphsOf } from './decoder.ts';

/** What the thread is started with. */
export interface DecoderThreadData {
  readonly files: ModelFiles;
  readonly slots: Omit<CacheShape, 'rows'>;
}

/** What is asked of one of its decoders, which is made when it is first fed. */
export type DecoderQuestion = { readonly decoder: number } & (
  | { readonly tokens: readonly (readonly number[])[] }
  | { readonly forget: 'texts' | 'decoder' }
);

/** Answered to tokens. */
export type DecoderAnswer = { readonly decoder: number } & (
  | { readonly logits: Float32Array }
  | { readonly error: unknown }
);

const { files, slots } = workerData as DecoderThreadData;
const model = readGpt(files);
const open = onnxGraphsOf(model, 1);
const decoders = new Map<number, CachedDecoder>();

async function feed(decoder: number, tokens: readonly (readonly number[])[]): Promise<DecoderAnswer> {
  try {
    const it =
      decoders.get(decoder) ?? createCachedDecoder(model.config, { rows: tokens.length, ...slots }, open);
    decoders.set(decoder, it);
    return { decoder, logits: await it.feed(tokens) };
  } catch (error) {
    return { decoder, error };
  }
}

async function forget(decoder: number, what: 'texts' | 'decoder'): Promise<void> {
  decoders.get(decoder)?.reset();
  if (what === 'texts') return;
  await decoders.get(decoder)?.close();
  decoders.delete(decoder);
}

parentPort?.on('message', (question: DecoderQuestion) => {
  const { decoder } = question;
  if ('forget' in question) void forget(decoder, question.forget);
  else void feed(decoder, question.tokens).then((answer) => parentPort?.postMessage(answer));
});
