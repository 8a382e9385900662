// A classifier in a page: the same cleaning, tokens, weights and decision rule as in a gateway.
import { decisionRuleSchema, preprocessingSchema } from '../../contracts/version-package.ts';
import { requestRecipe } from '../../pipeline/cleaning/recipe.ts';
import { decide } from '../../pipeline/evaluation/decision.ts';
import type { GraphSession } from '../../pipeline/generation/cached-steps.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { attentionMask, classifierLogits } from '../../pipeline/model/bert-graph.ts';
import { readServed } from '../../pipeline/model/quantized-files.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import type { HoldParameters } from './model-graphs.ts';
import type { PackageFiles } from './package-files.ts';
import { readTokenizer } from './tokenizer.ts';

export interface Classification {
  readonly label: string;
  /** By label; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface TextClassifier {
  readonly task: 'text-classification';
  readonly labels: readonly string[];
  /** @throws RangeError where cleaning leaves nothing of the text, with the reason */
  readonly classify: (text: string) => Promise<Classification>;
  readonly dispose: () => void;
}

/** Texts are padded to a multiple of so many tokens, so that few graphs are made. */
const LENGTH_STEP = 32;

/** @throws ModelFormatError or ZodError where a file is malformed; CoppiceFailure InvalidInput where the tokenizer has more tokens */
export function openTextClassifier(files: PackageFiles, hold: HoldParameters): TextClassifier {
  const served = readServed(files);
  const { config } = served;
  const { steps, contextLength } = preprocessingSchema.parse(JSON.parse(files.preprocessing));
  const rule = decisionRuleSchema.parse(JSON.parse(files.decision ?? 'null'));
  const recipe = requestRecipe(steps);
  const tokenizer = readTokenizer(files.tokenizer);
  checkVocabulary(tokenizer, config);
  const { open, dispose } = hold(served);
  const sessions = new Map<number, Promise<GraphSession>>();

  const sessionOf = (length: number): Promise<GraphSession> => {
    const logits = classifierLogits(createGraph(), { config, batchSize: 1, length });
    const opened = sessions.get(length) ?? open({ probabilities: softmax(logits) });
    sessions.set(length, opened);
    return opened;
  };
  const classify = async (text: string): Promise<Classification> => {
    const cleaned = await recipe.clean({ data: text, mediaType: 'text/plain' });
    if ('reason' in cleaned) throw new RangeError(cleaned.reason);
    const tokens = cut(tokenizer.encode(cleaned.text).ids, contextLength);
    const length = Math.min(contextLength, LENGTH_STEP * Math.ceil(tokens.length / LENGTH_STEP));
    const ids = new Int32Array(length).fill(config.padTokenId);
    ids.set(tokens);
    const session = await sessionOf(length);
    const { probabilities } = await session.run({ ids, mask: attentionMask([tokens.length], length) });
    const row = Array.from(probabilities);
    return {
      label: decide(row, rule),
      probabilities: Object.fromEntries(rule.labels.map((label, index) => [label, row[index]])),
    };
  };
  return { task: 'text-classification', labels: rule.labels, classify, dispose };
}

/** Of a text that is too long, the end is cut before its last token, [SEP]. */
function cut(ids: readonly number[], most: number): readonly number[] {
  return ids.length <= most ? ids : [...ids.slice(0, most - 1), ids[ids.length - 1]];
}
