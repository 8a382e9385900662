// Labelled spans meet the words of clean documents here: offsets into texts as they were collected become tags of words.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import {
  type CleanDocument,
  cleanDocumentSchema,
  type LabelledSpan,
  spanLabelSchema,
} from '../contracts/document.ts';
import { identity, rangeInText } from '../pipeline/cleaning/alignment.ts';
import { tagWords } from '../pipeline/entities/tag-words.ts';
import type { SplitDocument } from '../pipeline/evaluation/split.ts';
import type { Tokenizer, Word } from '../pipeline/tokenization/tokenizer.ts';
import { readShards } from './shards.ts';

export interface LabelledWordsDependencies {
  readonly artifacts: ArtifactStore;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

export interface LabelledWordsSource {
  readonly corpus: ArtifactReference;
  /** Lines of spans. */
  readonly labels: ArtifactReference;
  readonly tokenizer: ArtifactReference;
}

/** A labelled document of the corpus. */
export interface LabelledDocument extends SplitDocument {
  /** Its place in the corpus. */
  readonly row: number;
  readonly text: string;
  readonly words: readonly Word[];
  /** One a word. */
  readonly tags: readonly string[];
  /** Spans that were labelled; of these, see `tagWords`. */
  readonly spans: number;
  readonly widened: number;
  readonly lost: number;
}

/** @returns the labelled documents in the order of the corpus */
export async function readLabelledWords(
  { artifacts, loadTokenizer }: LabelledWordsDependencies,
  { corpus, labels, tokenizer }: LabelledWordsSource,
): Promise<LabelledDocument[]> {
  const byDocument = new Map<string, readonly LabelledSpan[]>();
  for await (const { document, spans } of readJsonLines(artifacts, labels, spanLabelSchema))
    byDocument.set(document, spans);
  const found: { row: number; document: CleanDocument; spans: readonly LabelledSpan[] }[] = [];
  let row = 0;
  for await (const document of readShards(artifacts, corpus, cleanDocumentSchema)) {
    const spans = byDocument.get(document.id);
    if (spans) found.push({ row, document, spans });
    row += 1;
  }
  const engine = await loadTokenizer((await artifacts.readBytes(tokenizer)).toString('utf8'));
  const words = await engine.words(found.map(({ document }) => document.text));
  return found.map(({ document: { text, alignment, ...origin }, spans, row: place }, index) => {
    const kept = spansInText(spans, alignment ?? identity(text.length));
    const { tags, widened, lost } = tagWords(words[index], kept);
    const removed = spans.length - kept.length;
    return {
      row: place,
      ...splitFacts(origin),
      text,
      words: words[index],
      tags,
      spans: spans.length,
      widened,
      lost: lost + removed,
    };
  });
}

const splitFacts = ({ id, source, uri, collectedAt, time }: SplitDocument): SplitDocument => ({
  ...{ id, source, uri, collectedAt, time },
});

/** Without those of which cleaning left nothing. */
function spansInText(
  spans: readonly LabelledSpan[],
  alignment: NonNullable<CleanDocument['alignment']>,
): LabelledSpan[] {
  return spans.flatMap((span) => {
    const range = rangeInText(alignment, span);
    return range ? [{ ...range, label: span.label }] : [];
  });
}
