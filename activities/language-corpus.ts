// The corpus of a language model as its evaluation reads it: what was trained on, what was held out, and what that is like.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import type { LanguageEvaluationInput } from '../contracts/stage-results.ts';
import type { SlicedDocuments } from '../pipeline/evaluation/slices.ts';
import { readHeldOutFacts } from './held-out-facts-thread.ts';
import { readShards } from './shards.ts';

interface Documents {
  readonly ids: string[];
  readonly texts: string[];
  readonly sources: string[];
}

export interface LanguageCorpus {
  readonly training: Documents;
  readonly holdout: Documents;
}

export async function readLanguageCorpus(
  artifacts: ArtifactStore,
  { corpus, evaluation }: Pick<LanguageEvaluationInput, 'corpus' | 'evaluation'>,
): Promise<LanguageCorpus> {
  const training: Documents = { ids: [], texts: [], sources: [] };
  for await (const { id, text, source } of readShards(artifacts, corpus, cleanDocumentSchema)) {
    training.ids.push(id);
    training.texts.push(text);
    training.sources.push(source);
  }
  const border = Math.max(0, training.ids.length - evaluation.holdout);
  const holdout = {
    ids: training.ids.splice(border),
    texts: training.texts.splice(border),
    sources: training.sources.splice(border),
  };
  return { training, holdout };
}

/** @returns languages of what was held out, and what of it was trained on */
export function compareHeldOut({ training, holdout }: LanguageCorpus, signal: AbortSignal) {
  const plain = ({ ids, texts }: Documents) => ({ ids, texts });
  return readHeldOutFacts({ training: plain(training), holdout: plain(holdout) }, signal);
}

/** @returns the documents with these ids, in their order; undefined where one is not held out, or not known */
export function documentsOf(
  wanted: readonly (string | undefined)[],
  { ids, texts, sources, languages }: SlicedDocuments & { readonly ids: readonly string[] },
): SlicedDocuments | undefined {
  const places = new Map(ids.map((id, place) => [id, place]));
  const asked = wanted.flatMap((id = '') => places.get(id) ?? []);
  if (asked.length < wanted.length) return undefined;
  const pick = (values: readonly string[] | undefined) => values && asked.map((place) => values[place]);
  return { texts: asked.map((place) => texts[place]), sources: pick(sources), languages: pick(languages) };
}
