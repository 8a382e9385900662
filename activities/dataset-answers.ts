// What a version answers to a dataset, as a gateway would have it: the recipe, the tokenizer, the weights that are served.
import type { Dataset, GivenAnswer } from '../contracts/dataset-evaluation.ts';
import type { DecisionRule } from '../contracts/version-package.ts';
import { type RequestContent, requestRecipe } from '../pipeline/cleaning/recipe.ts';
import { decide } from '../pipeline/evaluation/decision.ts';
import { generateText, type TextOptions } from '../pipeline/generation/generate-text.ts';
import { checkedPrompt } from '../pipeline/generation/prompts.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { loadOnnxClassifier } from '../runtimes/onnx/classifier.ts';
import { loadOnnxGenerator } from '../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';
import type { AnsweringVersion } from './answering-version.ts';

export interface DatasetAnswersJob extends AnsweringVersion {
  readonly dataset: Dataset;
  readonly maximumTokens: number;
}

/** Texts that are scored together, and prompts that are answered together. */
const ATONCE = { labels: 64, answers: 16 } as const;

/** @returns what came of each line, in their order */
export async function answerDataset(job: DatasetAnswersJob): Promise<GivenAnswer[]> {
  const { dataset, maximumTokens } = job;
  const version = await openVersion(job);
  const given =
    dataset.kind === 'answers'
      ? await version.continuePrompts(
          dataset.lines.map(({ prompt }) => prompt),
          { maximumNewTokens: maximumTokens, temperature: 0 }, // by the likeliest token each time
        )
      : await version.label(dataset.lines.map(({ text }) => ({ mediaType: 'text/plain', data: text })));
  await version.close();
  return given;
}

/** A version in memory: it gives labels, or texts, and for what it does not give the reason why. */
export interface OpenVersion {
  /** @returns a label with probabilities for each, or why there is none, in their order */
  label(contents: readonly RequestContent[]): Promise<GivenAnswer[]>;
  /** @returns a text for each, or why there is none, in their order; a seed draws the same texts again */
  continuePrompts(
    prompts: readonly string[],
    options: Pick<TextOptions, 'maximumNewTokens' | 'temperature' | 'seed'>,
  ): Promise<GivenAnswer[]>;
  close(): Promise<void>;
}

/** @throws InvalidInput where the files are malformed */
export async function openVersion(version: AnsweringVersion): Promise<OpenVersion> {
  return version.decision ? openClassifier(version, version.decision) : openLanguageModel(version);
}

async function openClassifier(
  { model, tokenizer: json, steps, contextLength }: AnsweringVersion,
  decision: DecisionRule,
): Promise<OpenVersion> {
  const [tokenizer, classifier, recipe] = [
    await loadTokenizer(json),
    loadOnnxClassifier(model),
    requestRecipe(steps, createAnalysers()),
  ];
  const width = decision.labels.length;
  const label = async (contents: readonly RequestContent[]): Promise<GivenAnswer[]> => {
    const cleaned = await Promise.all(contents.map((content) => recipe.clean(content)));
    const readable = cleaned.flatMap((it) => ('text' in it ? [it.text] : []));
    const { ids, lengths } = await tokenizer.encodeBatch(readable, contextLength);
    const scores = await classifier.score(Int32Array.from(ids), lengths);
    let row = 0;
    return cleaned.map((it) => {
      if ('reason' in it) return { failure: it.reason };
      const stated = [...scores.subarray(row * width, (row + 1) * width)];
      row += 1;
      return {
        label: decide(stated, decision),
        probabilities: Object.fromEntries(decision.labels.map((name, index) => [name, stated[index]])),
      };
    });
  };
  return {
    label: (contents) => inBatches(contents, ATONCE.labels, label),
    continuePrompts: (prompts) =>
      Promise.resolve(prompts.map(() => ({ failure: 'the version gives labels only' }))),
    close: classifier.close,
  };
}

async function openLanguageModel({ model, tokenizer: json }: AnsweringVersion): Promise<OpenVersion> {
  const [tokenizer, generator] = [await loadTokenizer(json), loadOnnxGenerator(model)];
  const decode = (ids: readonly number[]) => tokenizer.decode(ids);
  const continuePrompts: OpenVersion['continuePrompts'] = async (prompts, options) => {
    const encoded: (readonly number[])[] = [];
    for await (const chunk of tokenizer.encodeWhole(prompts)) encoded.push(...chunk);
    const given: GivenAnswer[] = prompts.map(() => ({ failure: 'longer than the context' }));
    const fitting = encoded.flatMap((ids, at) => {
      try {
        return [{ at, ids: checkedPrompt(ids, generator.config, 'prompt') }];
      } catch {
        return [];
      }
    });
    const rows = fitting.map(({ ids }) => ids);
    const pieces = generateText(
      { generate: (each) => generator.generate(rows, each), count: rows.length, decode },
      { ...options, endOfTextId: tokenizer.sepId },
    );
    const texts = fitting.map((): { text: string; finish: 'stop' | 'length' } => ({
      text: '',
      finish: 'stop',
    }));
    for await (const { row, text, finish } of pieces) {
      texts[row].text += text;
      if (finish === 'length') texts[row].finish = 'length';
    }
    for (const [row, { at }] of fitting.entries()) given[at] = texts[row];
    return given;
  };
  return {
    label: (contents) => Promise.resolve(contents.map(() => ({ failure: 'the version gives no labels' }))),
    continuePrompts: (prompts, { seed, ...options }) =>
      inBatches(prompts, ATONCE.answers, (batch, from) =>
        // Rows of a batch draw by their places: each batch has a seed of its own.
        continuePrompts(batch, { ...options, ...(seed !== undefined && { seed: seed + from }) }),
      ),
    close: generator.close,
  };
}

async function inBatches<T>(
  items: readonly T[],
  size: number,
  answer: (batch: readonly T[], from: number) => Promise<GivenAnswer[]>,
): Promise<GivenAnswer[]> {
  const given: GivenAnswer[] = [];
  for (let from = 0; from < items.length; from += size)
    given.push(...(await answer(items.slice(from, from + size), from)));
  return given;
}
