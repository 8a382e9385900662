// Times a classifier as a gateway runs it: its served weights on ONNX Runtime, a text at a time.
import type { TokenizedTexts } from '../pipeline/evaluation/attention-maps.ts';
import type { ServedFigures } from '../pipeline/evaluation/served-figures.ts';
import { servedFigures } from '../pipeline/evaluation/served-figures.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { loadOnnxClassifier } from '../runtimes/onnx/classifier.ts';

/** As many tell a 95th percentile. */
const MOST_TEXTS = 200;
/** A large model answers fewer of them; the warm-up takes as long again. */
const MOST_MS = 15_000;

/**
 * Blocks the event loop for each answer, so it belongs in a thread.
 * @param files the weights that will be served, quantized ones where those are
 * @param texts held-out texts as tokens; what turns a text into tokens is not timed
 */
export async function measureServed(
  files: ModelFiles,
  { tokens, lengths }: Pick<TokenizedTexts, 'tokens' | 'lengths'>,
  packageBytes: number,
): Promise<ServedFigures> {
  const classifier = loadOnnxClassifier(files);
  try {
    return await timeAnswers((row) => classifier.score(row, [row.length]), { tokens, lengths }, packageBytes);
  } finally {
    await classifier.close();
  }
}

/** @param ask what answers one text, at once or later */
export async function timeAnswers(
  ask: (row: Int32Array) => unknown,
  { tokens, lengths }: Pick<TokenizedTexts, 'tokens' | 'lengths'>,
  packageBytes: number,
): Promise<ServedFigures> {
  const width = tokens.length / lengths.length;
  const answer = async (example: number) => {
    const row = Int32Array.from({ length: lengths[example] }, (_, at) => tokens[example * width + at]);
    const start = performance.now();
    await ask(row);
    return { milliseconds: performance.now() - start, tokens: row.length };
  };
  const answerMost = async (count: number) => {
    const answers = [];
    const end = performance.now() + MOST_MS;
    for (let example = 0; example < count && (example === 0 || performance.now() < end); example += 1)
      answers.push(await answer(example));
    return answers;
  };
  const warm = await answerMost(Math.min(MOST_TEXTS, lengths.length));
  return servedFigures(await answerMost(warm.length), packageBytes);
}
