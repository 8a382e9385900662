// A version as it is asked outside of a gateway: what of its package answers, as bytes that a thread can be given.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { CleaningStepSpec } from '../contracts/model-spec/cleaning.ts';
import {
  type DecisionRule,
  decisionRuleSchema,
  packageFiles,
  preprocessingSchema,
  quantizedWeights,
} from '../contracts/version-package.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';

/** By what config.json says of the architecture. */
const answersOf = new Map([
  ['BertForSequenceClassification', 'labels'],
  ['BertForTokenClassification', 'entities'],
  ['GPT2LMHeadModel', 'texts'],
] as const);

/** What a version gives. */
export type Answers = typeof answersOf extends Map<string, infer Kind> ? Kind : never;

export const architecturesSchema = z.object({ architectures: z.array(z.string()) });

/** @returns nothing where the architecture is none of those that answer */
export function answersOfConfig({ architectures }: z.infer<typeof architecturesSchema>): Answers | undefined {
  return [...answersOf].find(([name]) => architectures.includes(name))?.[1];
}

export interface AnsweringVersion {
  /** The weights that a gateway would serve. */
  readonly model: ModelFiles;
  /** Text of tokenizer.json. */
  readonly tokenizer: string;
  readonly steps: readonly CleaningStepSpec[];
  readonly contextLength: number;
  /** Of a classifier. */
  readonly decision?: DecisionRule;
}

export async function readAnsweringVersion(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<AnsweringVersion> {
  const { files } = await artifacts.readDirectory(reference);
  const text = async (name: string) => (await artifacts.readBytes(files[name])).toString('utf8');
  const isQuantized = Object.hasOwn(files, quantizedWeights);
  const decision = Object.hasOwn(files, packageFiles.decision)
    ? await artifacts.readJson(files[packageFiles.decision], decisionRuleSchema)
    : undefined;
  return {
    model: {
      config: await text(packageFiles.config),
      weights: await artifacts.readBytes(files[isQuantized ? quantizedWeights : packageFiles.weights]),
    },
    tokenizer: await text(packageFiles.tokenizer),
    ...(await artifacts.readJson(files[packageFiles.preprocessing], preprocessingSchema)),
    ...(decision && { decision }),
  };
}
