// A classifier as the gateway has it: the recipe that training had as well, the process, the decision rule.
import type { Answer } from '../../contracts/observation.ts';
import { decisionRuleSchema, packageFiles } from '../../contracts/version-package.ts';
import { type RequestContent, requestRecipe } from '../../pipeline/cleaning/recipe.ts';
import { decide } from '../../pipeline/evaluation/decision.ts';
import { createAnalysers } from '../../runtimes/languages/analysers.ts';
import { superviseModelProcess } from '../supervised-process.ts';
import type { ClassificationWords } from './classification-process.ts';
import { type LoadedBase, type PackageOnDisk, supervisionOf } from './package-on-disk.ts';

/** What a request may say: text, or a document of a media type that the model's recipe reads. */
export type ClassificationInput = RequestContent;

export interface ClassifierVersion extends LoadedBase {
  readonly task: 'text-classification';
  readonly labels: readonly string[];
  /**
   * @param onText told the clean text, before it is answered
   * @returns the answer, or the reason why the text cannot be read
   * @throws ProcessBusy; Error where the process is gone; the signal's reason
   */
  answer(
    input: ClassificationInput,
    onText?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<Answer | { reason: string }>;
  /**
   * @returns a vector of length 1 for each text, as `runtimes/onnx/embedder.ts` makes it, and how many tokens they have; or which text
   *   cannot be read, and why
   * @throws ProcessBusy; Error where the process is gone; the signal's reason
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Embedded | { reason: string; at: number }>;
}

export interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number;
}

/** One set for all versions of the process. */
const analysers = createAnalysers();

/** A second or two of answers, at some milliseconds each. */
const maximumWaiting = 512;

export async function loadClassifierVersion(files: PackageOnDisk): Promise<ClassifierVersion> {
  const { version, preprocessing, read, hear } = files;
  const rule = await read(packageFiles.decision, decisionRuleSchema);
  const recipe = requestRecipe(preprocessing.steps, analysers);
  const task = 'text-classification';
  const load = { ...files.load, task } as const;
  const { ask, during, ended, retire, stop } = await superviseModelProcess<ClassificationWords>(load, {
    maximumWaiting,
    ...supervisionOf(files),
  });
  const answer: ClassifierVersion['answer'] = async (input, onText, signal) => {
    const startedAt = performance.now();
    const cleaned = await recipe.clean(input);
    if ('reason' in cleaned) return cleaned;
    hear?.(cleaned.text);
    onText?.(cleaned.text);
    const [row] = await ask([cleaned.text], signal && { signal });
    return {
      version,
      label: decide(row, rule),
      probabilities: Object.fromEntries(rule.labels.map((label, index) => [label, row[index]])),
      latencyMs: performance.now() - startedAt,
    };
  };
  const embed: ClassifierVersion['embed'] = async (texts, signal) => {
    const clean: string[] = [];
    for (const [at, data] of texts.entries()) {
      const cleaned = await recipe.clean({ mediaType: 'text/plain', data });
      if ('reason' in cleaned) return { ...cleaned, at };
      clean.push(cleaned.text);
    }
    let tokens = 0;
    const onPiece = (piece: ClassificationWords['piece']): void => {
      ({ tokens } = piece);
    };
    const vectors = await ask({ embed: clean }, { signal, onPiece });
    return { vectors, tokens };
  };
  return {
    ...{ version, task, labels: rule.labels, ended, retire, stop },
    answer: (input, onText, signal) => during(() => answer(input, onText, signal)),
    embed: (texts, signal) => during(() => embed(texts, signal)),
  };
}
