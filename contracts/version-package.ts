// A version's package: everything that a gateway needs, as a directory of files. What evaluation writes, serving reads.
import { z } from 'zod';
import { cleaningStepSchema } from './model-spec/cleaning.ts';

/** Names of the files. */
export const packageFiles = {
  config: 'config.json',
  weights: 'model.safetensors',
  tokenizer: 'tokenizer.json',
  /** For transformers, and for its chat template. */
  tokenizerConfig: 'tokenizer_config.json',
  preprocessing: 'preprocessing.json',
  decision: 'decision.json',
} as const;

/** Beside the weights where a version is served in int8: what the gateway loads in their place. */
export const quantizedWeights = 'model.int8.safetensors';

/** `decision.json`: how probabilities become a label. */
export const decisionRuleSchema = z.object({
  /** In the order of the probabilities. */
  labels: z.array(z.string()).min(2),
  /** For two classes: this label where its probability reaches the threshold; else the other. */
  positiveLabel: z.string(),
  threshold: z.number().min(0).max(1),
});
export type DecisionRule = Readonly<z.infer<typeof decisionRuleSchema>>;

/** `preprocessing.json`: the recipe that training and gateway share, so that there is no skew between them. */
export const preprocessingSchema = z.object({
  steps: z.array(cleaningStepSchema),
  contextLength: z.number().int().positive(),
});
