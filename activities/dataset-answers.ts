// What a version answers to a dataset, as a gateway would have it: the recipe, the tokenizer, the weights that are served.
import type { Dataset, GivenAnswer } from '../contracts/dataset-evaluation.ts';
import type { CleaningStepSpec } from '../contracts/model-spec/cleaning.ts';
import type { DecisionRule } from '../contracts/version-package.ts';
import { requestRecipe } from '../pipeline/cleaning/recipe.ts';
import { decide } from '../pipeline/evaluation/decision.ts';
import { generateText } from '../pipeline/generation/generate-text.ts';
import { checkedPrompt } from '../pipeline/generation/prompts.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { loadOnnxClassifier } from '../runtimes/onnx/classifier.ts';
import { loadOnnxGenerator } from '../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';

export interface DatasetAnswersJob {
  readonly dataset: Dataset;
  readonly model: ModelFiles;
  /** Text of tokenizer.json. */
  readonly tokenizer: string;
  readonly steps: readonly CleaningStepSpec[];
  readonly contextLength: number;
  /** Of a classifier. */
  readonly decision?: DecisionRule;
  readonly maximumTokens: number;
}

/** Texts that are scored together, and prompts that are answered together. */
const ATONCE = { labels: 64, answers: 16 } as const;

/** @returns what came of each line, in their order */
export async function answerDataset(job: DatasetAnswersJob): Promise<GivenAnswer[]> {
  const { dataset, decision } = job;
  if (dataset.kind === 'answers')
    return answerPrompts(
      job,
      dataset.lines.map(({ prompt }) => prompt),
    );
  if (decision === undefined) return dataset.lines.map(() => ({ failure: 'the version gives no labels' }));
  return label(job, { texts: dataset.lines.map(({ text }) => text), decision });
}

async function label(
  { model, tokenizer: json, steps, contextLength }: DatasetAnswersJob,
  { texts, decision }: { readonly texts: readonly string[]; readonly decision: DecisionRule },
): Promise<GivenAnswer[]> {
  const [tokenizer, classifier, recipe] = [
    await loadTokenizer(json),
    loadOnnxClassifier(model),
    requestRecipe(steps, createAnalysers()),
  ];
  const given: GivenAnswer[] = [];
  for (let from = 0; from < texts.length; from += ATONCE.labels) {
    const batch = texts.slice(from, from + ATONCE.labels);
    const cleaned = await Promise.all(batch.map((data) => recipe.clean({ mediaType: 'text/plain', data })));
    const readable = cleaned.flatMap((it) => ('text' in it ? [it.text] : []));
    const { ids, lengths } = await tokenizer.encodeBatch(readable, contextLength);
    const scores = await classifier.score(Int32Array.from(ids), lengths);
    const width = decision.labels.length;
    let row = 0;
    for (const it of cleaned) {
      if ('reason' in it) {
        given.push({ failure: it.reason });
        continue;
      }
      const stated = [...scores.subarray(row * width, (row + 1) * width)];
      row += 1;
      given.push({
        label: decide(stated, decision),
        probabilities: Object.fromEntries(decision.labels.map((name, index) => [name, stated[index]])),
      });
    }
  }
  await classifier.close();
  return given;
}

/** By the likeliest token each time. */
async function answerPrompts(
  { model, tokenizer: json, maximumTokens, decision }: DatasetAnswersJob,
  prompts: readonly string[],
): Promise<GivenAnswer[]> {
  if (decision !== undefined) return prompts.map(() => ({ failure: 'the version gives labels only' }));
  const [tokenizer, generator] = [await loadTokenizer(json), loadOnnxGenerator(model)];
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
  for (let from = 0; from < fitting.length; from += ATONCE.answers) {
    const batch = fitting.slice(from, from + ATONCE.answers);
    const texts = batch.map(() => '');
    const pieces = generateText(
      {
        generate: (options) =>
          generator.generate(
            batch.map(({ ids }) => ids),
            options,
          ),
        count: batch.length,
        decode: (ids) => tokenizer.decode(ids),
      },
      { temperature: 0, maximumNewTokens: maximumTokens, endOfTextId: tokenizer.sepId },
    );
    for await (const { row, text } of pieces) texts[row] += text;
    for (const [row, { at }] of batch.entries()) given[at] = { text: texts[row] };
  }
  await generator.close();
  return given;
}
