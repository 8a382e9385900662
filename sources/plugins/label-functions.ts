// Label functions of a user: loaded, asked about one document at a time, their errors counted.
import { z } from 'zod';
import type { CollectedDocument } from '../../contracts/document.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { LabelFunction } from '../../contracts/label-functions.ts';
import { importOwnModule, inOneLine } from './own-module.ts';

const nameSchema = z.string().min(1).max(100);
const moduleSchema = z.object({
  default: z
    .record(
      nameSchema,
      z.custom<LabelFunction>((it) => typeof it === 'function'),
    )
    .refine((them) => Object.keys(them).length > 0),
});
const answerSchema = z.string().min(1).max(200).nullish();

export interface AskedFunction {
  readonly name: string;
  /** @returns undefined where it abstains, or fails */
  readonly vote: (document: CollectedDocument, text: string) => Promise<string | undefined>;
  /** On how many documents it failed so far, and how it did first. */
  readonly failures: () => { readonly count: number; readonly first: string };
}

/** @throws CoppiceFailure InvalidInput where the file cannot be loaded, or exports no functions */
export async function loadLabelFunctions(path: string): Promise<AskedFunction[]> {
  const parsed = moduleSchema.safeParse(await importOwnModule(path, 'file of label functions'));
  if (!parsed.success)
    throw new CoppiceFailure(
      'InvalidInput',
      `${path} has no default export made by defineLabelFunctions({ name: (document) => label })`,
    );
  return Object.entries(parsed.data.default).map(([name, label]) => askedFunction(name, label));
}

function askedFunction(name: string, label: LabelFunction): AskedFunction {
  let [count, first] = [0, ''];
  const fail = (reason: string): void => {
    if (count === 0) first = reason;
    count += 1;
  };
  return {
    name,
    vote: async ({ id, uri, content, time, licence, author }, text) => {
      const told = { ...(time && { time }), ...(licence && { licence }), ...(author && { author }) };
      try {
        const answer: unknown = await label({ id, uri, text, mediaType: content.mediaType, ...told });
        const parsed = answerSchema.safeParse(answer);
        if (parsed.success) return parsed.data ?? undefined;
        fail('it answered with no label');
      } catch (error) {
        fail(inOneLine(error));
      }
      return undefined;
    },
    failures: () => ({ count, first }),
  };
}
