// What a version that finds entities answers: stretches of each text as it was given, before cleaning.
import type { Alignment } from '../contracts/document.ts';
import { rangeInOriginal } from '../pipeline/cleaning/alignment.ts';
import { type RequestContent, requestRecipe } from '../pipeline/cleaning/recipe.ts';
import { wordsInRow } from '../pipeline/entities/tag-words.ts';
import { entitiesOf } from '../pipeline/entities/tags.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import { loadOnnxTokenClassifier } from '../runtimes/onnx/token-classifier.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';
import type { AnsweringVersion } from './answering-version.ts';

export interface FoundEntity {
  /** In UTF-16 code units of the text as it was given. */
  readonly start: number;
  /** Of the first unit behind it. */
  readonly end: number;
  readonly label: string;
  readonly text: string;
  /** Mean probability of the tags of its words, in (0, 1]. */
  readonly score: number;
}

export type EntityAnswer = { readonly entities: readonly FoundEntity[] } | { readonly failure: string };

type Tagged = Omit<FoundEntity, 'text'>;

/**
 * Files that are malformed or of another task are a ModelFormatError.
 * @returns what answers texts, in their order
 */
export async function openTagger({
  model,
  tokenizer: json,
  steps,
  contextLength,
}: AnsweringVersion): Promise<(contents: readonly RequestContent[]) => Promise<EntityAnswer[]>> {
  const [tokenizer, tagger] = [await loadTokenizer(json), loadOnnxTokenClassifier(model)];
  const recipe = requestRecipe(steps, createAnalysers());

  /** The words that fit into the model's context, and where the next begins; none where that was all. */
  const tagRow = async (text: string): Promise<{ found: Tagged[]; next: number | undefined }> => {
    const { ids, length } = await tokenizer.encode(text, contextLength);
    const [words] = await tokenizer.words([text]);
    const read = words.slice(0, wordsInRow(words, length));
    const next = words.at(Math.max(1, read.length))?.start; // a word that is longer than the context is left out
    if (read.length === 0) return { found: [], next };
    const { classes, scores } = await tagger.tag(Int32Array.from(ids.slice(0, length)));
    const entities = entitiesOf(read.map(({ token }) => tagger.labels[classes[token]]));
    const found = entities.map(({ first, end, label }) => {
      const own = read.slice(first, end);
      const score = own.reduce((sum, { token }) => sum + scores[token], 0) / own.length;
      return { start: own[0].start, end: own[own.length - 1].end, label, score };
    });
    return { found, next };
  };

  /** Row after row, so that nothing of a long text goes unread. */
  const tag = async (text: string): Promise<Tagged[]> => {
    const all: Tagged[] = [];
    let from: number | undefined = 0;
    while (from !== undefined) {
      const offset: number = from;
      const { found, next } = await tagRow(text.slice(offset));
      all.push(...found.map((it) => ({ ...it, start: it.start + offset, end: it.end + offset })));
      from = next === undefined ? undefined : offset + next;
    }
    return all;
  };

  return async (contents) => {
    const answers: EntityAnswer[] = [];
    for (const content of contents) {
      const cleaned = await recipe.cleanAligned(content);
      answers.push(
        'reason' in cleaned
          ? { failure: cleaned.reason }
          : { entities: (await tag(cleaned.text)).flatMap((entity) => inOriginal(entity, cleaned)) },
      );
    }
    return answers;
  };
}

function inOriginal(
  entity: Tagged,
  { original, alignment }: { readonly original: string; readonly alignment: Alignment },
): FoundEntity[] {
  const range = rangeInOriginal(alignment, entity);
  return range ? [{ ...entity, ...range, text: original.slice(range.start, range.end) }] : [];
}
