// The thread that looks into a language model: scores samples, continues prompts, answers, and reads what it looked at.
import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { HeldOutQuestion } from '../contracts/training-job.ts';
import type { DocumentAnswer } from '../pipeline/evaluation/answer-baselines.ts';
import { createAnswerBaselines } from '../pipeline/evaluation/answer-baselines.ts';
import type { AnsweredPrompt } from '../pipeline/evaluation/exact-match.ts';
import type { AttentionMaps } from '../pipeline/evaluation/head-maps.ts';
import { MOST_TEXTS } from '../pipeline/evaluation/head-maps.ts';
import { readLanguageAttention } from '../pipeline/evaluation/language-attention.ts';
import type { Continuation, ScoredText } from '../pipeline/evaluation/language-samples.ts';
import { scoreText } from '../pipeline/evaluation/language-samples.ts';
import type { ServedFigures } from '../pipeline/evaluation/served-figures.ts';
import { servedFigures } from '../pipeline/evaluation/served-figures.ts';
import type { GenerationOptions } from '../pipeline/generation/generate.ts';
import { generateText } from '../pipeline/generation/generate-text.ts';
import { readGpt } from '../pipeline/model/gpt-files.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { readableTokens } from '../pipeline/tokenization/readable-tokens.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';
import type { OnnxGenerator } from '../runtimes/onnx/generator.ts';
import { loadOnnxGenerator } from '../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';

export interface LanguageSamplesJob {
  readonly model: ModelFiles;
  /** Text of tokenizer.json. */
  readonly tokenizer: string;
  readonly samples: readonly string[];
  readonly prompts: readonly string[];
  /** What it was taught to answer. */
  readonly questions: readonly HeldOutQuestion[];
  /** What the baselines answer from; absent: they are not asked. */
  readonly baselines?: AnswerBaselines;
  readonly seed: number;
  /** Held-out documents, some of whose beginnings it continues by the clock. */
  readonly timed: readonly string[];
  /** Of weights, configuration and tokenizer. */
  readonly packageBytes: number;
}

export interface AnswerBaselines {
  /** The documents that the model was trained to answer to. */
  readonly training: readonly DocumentAnswer[];
  /** Text of the document of each question, in their order. */
  readonly asked: readonly string[];
}

export interface LanguageSamples {
  readonly samples: readonly ScoredText[];
  readonly continuations: readonly Omit<Continuation, 'inCorpus'>[];
  readonly attention: readonly AttentionMaps[];
  /** In the order of the questions. */
  readonly answers: readonly AnsweredPrompt[];
  readonly served: ServedFigures;
}

interface Loaded {
  readonly tokenizer: Tokenizer;
  readonly generator: OnnxGenerator;
  /** By id, as people read them. */
  readonly vocabulary: readonly string[];
}

const NEW_TOKENS = 32; // a line or two
const LIKELIEST = 5;
const AT_ONCE = 16; // questions, each with a cache of keys and values
const drawing = { temperature: 0.8, topK: 40 };

async function look({
  model,
  tokenizer: json,
  samples,
  prompts,
  questions,
  baselines,
  seed,
  ...served
}: LanguageSamplesJob): Promise<LanguageSamples> {
  const tokenizer = await loadTokenizer(json);
  const generator = loadOnnxGenerator(model);
  const loaded = { tokenizer, generator, vocabulary: readableTokens(json) };
  const sampleIds = await encode(tokenizer, samples);
  const texts = samples.map((text, index) => ({ id: `sample ${index + 1}`, text, ids: sampleIds[index] }));
  tf.enableProdMode(); // without it, it recommends another package on the standard output
  await tf.setBackend('cpu'); // a few short texts
  const looked = {
    samples: await Promise.all(texts.map((text) => score(loaded, text))),
    continuations: await continueAll(loaded, prompts, seed),
    answers: withBaselines(await answerAll(loaded, questions), baselines),
    served: await timeContinuations(loaded, served),
    attention: readLanguageAttention(readGpt(model), texts.slice(0, MOST_TEXTS), loaded.vocabulary),
  };
  await generator.close();
  return looked;
}

/** @returns the ids of each text, nothing added */
async function encode(tokenizer: Tokenizer, texts: readonly string[]): Promise<(readonly number[])[]> {
  const ids = [];
  for await (const chunk of tokenizer.encodeWhole(texts)) ids.push(...chunk);
  return ids;
}

/** As the beginning of a document, which an end of text stands before. */
async function score(
  { tokenizer, generator, vocabulary }: Loaded,
  { text, ids }: { readonly text: string; readonly ids: readonly number[] },
): Promise<ScoredText> {
  const found = await generator.logProbabilities([tokenizer.sepId, ...ids]);
  return scoreText(
    text,
    ids.map((id, index) => ({ token: vocabulary[id], logProbability: found[index] })),
  );
}

async function continueAll(
  loaded: Loaded,
  prompts: readonly string[],
  seed: number,
): Promise<Omit<Continuation, 'inCorpus'>[]> {
  const half = Math.floor(loaded.generator.config.contextLength / 2); // room for what follows
  const ids = (await encode(loaded.tokenizer, prompts)).map((of) => of.slice(-half));
  const told = { logProbabilities: true, alternatives: LIKELIEST };
  const greedy = await write(loaded, ids, { temperature: 0, ...told });
  const drawn = await write(loaded, ids, { ...drawing, seed });
  return prompts.map((prompt, row) => ({
    prompt,
    likeliest: greedy[row].likeliest,
    greedy: greedy[row].text,
    drawn: drawn[row].text,
  }));
}

/** By the likeliest token each time. */
async function answerAll(loaded: Loaded, questions: readonly HeldOutQuestion[]): Promise<AnsweredPrompt[]> {
  const answers: AnsweredPrompt[] = [];
  // Room for the longest that is expected, whichever is asked: an answer's length must not tell it.
  const maximumNewTokens = Math.max(...questions.map(({ answerTokens }) => answerTokens));
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    const batch = questions.slice(from, from + AT_ONCE);
    const prompts = batch.map(({ prompt }) => prompt);
    const texts = await write(loaded, prompts, { temperature: 0, maximumNewTokens });
    for (const [row, { prompt, answer }] of batch.entries()) {
      const asked = await loaded.tokenizer.decode(prompt);
      answers.push({ prompt: asked, expected: answer, answered: texts[row].text });
    }
  }
  return answers;
}

/** Beside each answer those of the baselines. */
function withBaselines(answers: AnsweredPrompt[], baselines: AnswerBaselines | undefined): AnsweredPrompt[] {
  if (baselines === undefined) return answers;
  const answer = createAnswerBaselines(baselines.training);
  return answers.map((own, at) => ({ ...own, ...answer(baselines.asked[at]) }));
}

const TIMED_TEXTS = 40;
const TIMED_CHARACTERS = 400; // of which the last tokens are read
const MOST_MS = 15_000; // a large model continues fewer; the warm-up takes as long again

/** As a gateway answers: one text at a time, a line or two by the likeliest token, each continued once before. */
async function timeContinuations(
  loaded: Loaded,
  { timed, packageBytes }: Pick<LanguageSamplesJob, 'timed' | 'packageBytes'>,
): Promise<ServedFigures> {
  const half = Math.floor(loaded.generator.config.contextLength / 2);
  const beginnings = timed.slice(0, TIMED_TEXTS).map((text) => text.slice(0, TIMED_CHARACTERS));
  const prompts = (await encode(loaded.tokenizer, beginnings)).map((ids) => ids.slice(-half));
  const continueSome = async (count: number) => {
    const answers: { milliseconds: number; tokens: number }[] = [];
    const end = performance.now() + MOST_MS;
    for (const prompt of prompts.slice(0, count)) {
      if (answers.length > 0 && performance.now() > end) break;
      const start = performance.now();
      let tokens = 0;
      const options = { temperature: 0, maximumNewTokens: NEW_TOKENS };
      for await (const step of loaded.generator.generate([prompt], options)) tokens += step.length;
      answers.push({ milliseconds: performance.now() - start, tokens });
    }
    return answers;
  };
  const warm = await continueSome(prompts.length);
  return servedFigures(await continueSome(warm.length), packageBytes);
}

/** Continues all of them side by side. */
async function write(
  { tokenizer, generator, vocabulary }: Loaded,
  prompts: readonly (readonly number[])[],
  options: Omit<GenerationOptions, 'maximumNewTokens'> & { readonly maximumNewTokens?: number },
) {
  const texts = prompts.map(() => ({ text: '', likeliest: [] as { token: string; probability: number }[] }));
  const pieces = generateText(
    {
      generate: (of) => generator.generate(prompts, of),
      count: prompts.length,
      decode: (ids) => tokenizer.decode(ids),
    },
    { maximumNewTokens: NEW_TOKENS, ...options, endOfTextId: tokenizer.sepId },
  );
  const isFirst = new Set(prompts.keys());
  for await (const { row, text, alternatives = [] } of pieces) {
    const own = texts[row];
    own.text += text;
    if (!isFirst.delete(row)) continue;
    own.likeliest = alternatives.map(({ id, logProbability }) => ({
      token: vocabulary[id],
      probability: Math.exp(logProbability),
    }));
  }
  return texts;
}

parentPort?.postMessage(await look(workerData as LanguageSamplesJob));
