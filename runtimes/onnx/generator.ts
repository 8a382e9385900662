// A trained GPT-2 on ONNX Runtime: continues texts, and says how likely a given text is.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { BeamOptions, Hypothesis } from '../../pipeline/generation/beam-search.ts';
import { checkBeams } from '../../pipeline/generation/beam-search.ts';
import { type CachedDecoder, createCachedDecoder } from '../../pipeline/generation/cached-decoder.ts';
import type { GeneratedToken, GenerationOptions } from '../../pipeline/generation/generate.ts';
import { generate } from '../../pipeline/generation/generate.ts';
import type { JoinedTexts, JoinedTextsOptions } from '../../pipeline/generation/joined-texts.ts';
import { createJoinedTexts } from '../../pipeline/generation/joined-texts.ts';
import { checkedPrompt, checkMaximumNewTokens } from '../../pipeline/generation/prompts.ts';
import { checkSampling } from '../../pipeline/generation/sampling.ts';
import { searchBeams } from '../../pipeline/generation/search-beams.ts';
import { slidingWindows } from '../../pipeline/generation/sliding-windows.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { crossEntropy, input, logSoftmax, negate, reduceMax } from '../../pipeline/graph/operations.ts';
import type { GptConfig } from '../../pipeline/model/gpt-config.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../pipeline/model/gpt-graph.ts';
import { namedTensors } from '../../pipeline/model/layout.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import { onnxGraphsOf } from './decoder.ts';
import type { OnnxSession } from './session.ts';
import { openOnnxSession } from './session.ts';
import { createSessionPool } from './session-pool.ts';

/**
 * A model in memory, ready to answer. The event loop stands still for each step of it, and is free between two: it
 * belongs in a process of its own, where what waits, such as a signal to end, still comes through.
 */
export interface OnnxGenerator {
  readonly config: GptConfig;
  /**
   * Continues texts side by side, step by step; whoever stops reading ends it.
   * @param prompts token ids; an empty one begins a document, where the model knows an end of text
   * @param options without an end of text, the model's own ends a text
   * @throws CoppiceFailure InvalidInput, at the first step, for a prompt or an option that is out of its range
   */
  readonly generate: (
    prompts: readonly (readonly number[])[],
    options: GenerationOptions,
  ) => AsyncGenerator<readonly GeneratedToken[], void>;
  /**
   * Searches the likeliest continuations.
   * @returns at most as many as there are beams, the best first
   * @throws CoppiceFailure InvalidInput for a prompt or an option that is out of its range
   */
  readonly search: (
    prompt: readonly number[],
    options: BeamOptions & { readonly signal?: AbortSignal },
  ) => Promise<readonly Hypothesis[]>;
  /**
   * Scores a text of any length, by windows that overlap.
   * @param ids N tokens; the first is only read, so give an end of text before it to have it scored too
   * @param options stride of the windows, half of the context by default
   * @returns [N − 1] logarithms of the probability of each token after the first
   * @throws CoppiceFailure InvalidInput for ids that the vocabulary lacks, or a stride that is out of its range
   */
  readonly logProbabilities: (ids: readonly number[], options?: ScoringOptions) => Promise<Float32Array>;
  /** The same, and of each token whether no other was likelier in its place. */
  readonly scoreTokens: (ids: readonly number[], options?: ScoringOptions) => Promise<ScoredTokens>;
  /**
   * Texts that join and leave between two tokens, whoever asks for them.
   * @param options how many are in the making at once, and who is told how many were computed together
   */
  readonly joined: (options: Pick<JoinedTextsOptions, 'rows' | 'onStep'>) => JoinedTexts;
  /** Frees the memory: now of what is idle, and of the rest once it has ended. Joined texts are closed apart. */
  readonly close: () => Promise<void>;
}

export interface ScoringOptions {
  readonly stride?: number;
  readonly signal?: AbortSignal;
}

/** N tokens, the first of which is only read. */
export interface ScoredTokens {
  /** [N − 1] */
  readonly logProbabilities: Float32Array;
  /** 1 where the token was the likeliest, also beside others as likely. [N − 1] */
  readonly likeliest: Uint8Array;
}

/** Caches have room for so many tokens at first. */
const SLOTS_AT_FIRST = 32;

/** Kept for the next request: those that were used last. */
const MAXIMUM_IDLE = 4;

/** Texts that are scored are padded to a multiple. */
const LENGTH_STEP = 32;

const MAXIMUM_SCORERS = 4;

/**
 * Loads a GPT-2 from its two files.
 * @param options threads that share one operation, one by default
 * @throws ModelFormatError when the files are malformed
 */
export function loadOnnxGenerator(
  files: ModelFiles,
  { threads = 1 }: { readonly threads?: number } = {},
): OnnxGenerator {
  const model = readGpt(files);
  const { config } = model;
  const { contextLength } = config;
  const open = onnxGraphsOf(model, threads);
  const decoders = createDecoders((rows) =>
    createCachedDecoder(config, { rows, slots: contextLength, slotsAtFirst: SLOTS_AT_FIRST }, open),
  );
  const scorers = createSessionPool((length) => openScorer(model, { length, threads }), MAXIMUM_SCORERS);
  const withEnd = <T extends object>(options: T): T => ({
    ...(config.endOfTextId !== undefined && { endOfTextId: config.endOfTextId }),
    ...options,
  });

  const generateAll: OnnxGenerator['generate'] = async function* (prompts, options) {
    checkSampling(options);
    checkMaximumNewTokens(options.maximumNewTokens);
    if (prompts.length === 0) return;
    const checked = prompts.map((prompt, row) => checkedPrompt(prompt, config, `prompts.${row}`));
    const { decoder, giveBack } = decoders.take(checked.length);
    try {
      yield* generate(decoder, checked, withEnd(options));
    } finally {
      await giveBack();
    }
  };
  const search: OnnxGenerator['search'] = async (prompt, options) => {
    checkBeams(options);
    const checked = checkedPrompt(prompt, config);
    const { decoder, giveBack } = decoders.take(options.beams);
    try {
      return await searchBeams(decoder, checked, withEnd(options));
    } finally {
      await giveBack();
    }
  };
  const scoreTokens: OnnxGenerator['scoreTokens'] = async (ids, { stride, signal } = {}) => {
    if (ids.length > 0) checkedPrompt(ids, { ...config, contextLength: Infinity }, 'text');
    const half = Math.max(1, Math.floor(contextLength / 2));
    const count = Math.max(0, ids.length - 1);
    const found = { logProbabilities: new Float32Array(count), likeliest: new Uint8Array(count) };
    const windows = slidingWindows(ids.length, { contextLength, stride: stride ?? half });
    for (const { begin, end, scoredFrom } of windows) {
      signal?.throwIfAborted();
      const padded = LENGTH_STEP * Math.ceil((end - begin) / LENGTH_STEP);
      const length = Math.min(contextLength, padded);
      const feeds = { ids: new Int32Array(length), labels: new Int32Array(length) };
      feeds.ids.set(ids.slice(begin, end)); // what comes after a token changes nothing of it, so any padding will do
      feeds.labels.set(ids.slice(begin + 1, end + 1));
      const { losses, least } = await scorers.run(length, feeds);
      for (let index = scoredFrom; index < end; index += 1) {
        found.logProbabilities[index] = -losses[index - begin];
        found.likeliest[index] = losses[index - begin] <= least[index - begin] ? 1 : 0;
      }
    }
    return found;
  };
  const close = async (): Promise<void> => {
    await decoders.close();
    await scorers.close();
  };
  return {
    ...{ config, generate: generateAll, search, scoreTokens, close },
    joined: (of) => createJoinedTexts(config, { ...of, open }),
    logProbabilities: async (...of) => (await scoreTokens(...of)).logProbabilities,
  };
}

interface Decoders {
  readonly take: (rows: number) => {
    readonly decoder: CachedDecoder;
    readonly giveBack: () => Promise<void>;
  };
  readonly close: () => Promise<void>;
}

/** A decoder belongs to one request at a time, since its caches hold that request's texts. */
function createDecoders(create: (rows: number) => CachedDecoder): Decoders {
  const idle: CachedDecoder[] = []; // used last stands last
  let closed = false;
  return {
    take: (rows) => {
      if (closed) throw new CoppiceFailure('InvariantViolated', 'the generator is closed');
      const found = idle.findIndex((it) => it.rows === rows);
      const decoder = found < 0 ? create(rows) : idle.splice(found, 1)[0];
      const giveBack = async (): Promise<void> => {
        decoder.reset();
        idle.push(decoder);
        const gone = idle.splice(0, closed ? idle.length : Math.max(0, idle.length - MAXIMUM_IDLE));
        await Promise.all(gone.map((it) => it.close()));
      };
      return { decoder, giveBack };
    },
    close: async () => {
      closed = true;
      await Promise.all(idle.splice(0).map((decoder) => decoder.close()));
    },
  };
}

interface ScorerOptions {
  readonly length: number;
  readonly threads: number;
}

function openScorer(
  { config, layout, parameters }: GptModel,
  { length, threads }: ScorerOptions,
): Promise<OnnxSession> {
  const graph = createGraph();
  const logits = nextTokenLogits(graph, { config, batchSize: 1, length });
  const losses = crossEntropy(logits, input(graph, 'labels', [length], 'int32'));
  const least = negate(reduceMax(logSoftmax(logits), [-1])); // the loss if the likeliest token had come
  const shared = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  return openOnnxSession(writeOnnx({ losses, least }, 'fed'), { shared, threads });
}
