// Bags of words weighted by rarity: tf-idf with smoothed idf and rows of length 1, equal to scikit-learn 1.9's
// TfidfVectorizer with its defaults. Words are runs of two or more letters, digits or underscores, in lower case.
import { MetricUndefined } from './metric-undefined.ts';
import type { SparseRows } from './sparse-rows.ts';

export interface TfidfOptions {
  /** Counts a term's occurrences n in a document as 1 + ln n. */
  readonly sublinear?: boolean;
  /** A term must occur in so many documents, 1 by default. */
  readonly minimumDocuments?: number;
  /** Keeps the terms that occur most often; of equally frequent ones the first in alphabetical order. */
  readonly maximumFeatures?: number;
  /** How a text becomes terms, such as a morpheme analyser for Korean. */
  readonly split?: (text: string) => readonly string[];
}

export interface Tfidf {
  /** Terms in the order of the columns, alphabetical. */
  readonly terms: readonly string[];
  /** Weight of each term: ln((1 + documents) / (1 + documents with it)) + 1. */
  readonly inverseFrequencies: Float64Array;
  /** @returns one row a text, of length 1, or empty where no term is known */
  readonly transform: (texts: readonly string[]) => SparseRows;
}

/** The default way from a text to its terms: scikit-learn's `(?u)\b\w\w+\b` on the text in lower case. */
export function splitWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}

/**
 * Learns terms and their weights from documents.
 * @throws MetricUndefined when no term is left
 */
export function fitTfidf(texts: readonly string[], options: TfidfOptions = {}): Tfidf {
  const { sublinear = false, split = splitWords } = options;
  const terms = chooseTerms(texts, { ...options, split });
  const columns = new Map(terms.map(({ term }, column) => [term, column]));
  const inverseFrequencies = Float64Array.from(
    terms,
    ({ documents }) => Math.log((1 + texts.length) / (1 + documents)) + 1,
  );

  const transform = (batch: readonly string[]): SparseRows => {
    const offsets = new Int32Array(batch.length + 1);
    const indices: number[] = [];
    const values: number[] = [];
    batch.forEach((text, row) => {
      const counts = new Map<number, number>();
      for (const term of split(text)) {
        const column = columns.get(term);
        if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
      }
      let squares = 0;
      for (const [column, count] of counts) {
        const value = (sublinear ? 1 + Math.log(count) : count) * inverseFrequencies[column];
        squares += value * value;
        indices.push(column);
        values.push(value);
      }
      const length = Math.sqrt(squares);
      for (let entry = offsets[row]; entry < values.length; entry += 1) values[entry] /= length;
      offsets[row + 1] = values.length;
    });
    return {
      rows: batch.length,
      columns: terms.length,
      offsets,
      indices: Int32Array.from(indices),
      values: Float64Array.from(values),
    };
  };
  return { terms: terms.map(({ term }) => term), inverseFrequencies, transform };
}

interface Term {
  readonly term: string;
  documents: number;
  occurrences: number;
  lastSeen: number;
}

function chooseTerms(
  texts: readonly string[],
  { minimumDocuments = 1, maximumFeatures, split }: TfidfOptions & Required<Pick<TfidfOptions, 'split'>>,
): Term[] {
  const seen = new Map<string, Term>();
  texts.forEach((text, document) => {
    for (const term of split(text)) {
      let entry = seen.get(term);
      if (entry === undefined) {
        entry = { term, documents: 0, occurrences: 0, lastSeen: -1 };
        seen.set(term, entry);
      }
      entry.occurrences += 1;
      if (entry.lastSeen !== document) entry.documents += 1;
      entry.lastSeen = document;
    }
  });
  const alphabetical = (a: Term, b: Term): number => (a.term < b.term ? -1 : 1);
  let terms = [...seen.values()].filter(({ documents }) => documents >= minimumDocuments).sort(alphabetical);
  if (maximumFeatures !== undefined && terms.length > maximumFeatures) {
    terms = terms
      .sort((a, b) => b.occurrences - a.occurrences) // stable: alphabetical among equals
      .slice(0, maximumFeatures)
      .sort(alphabetical);
  }
  if (terms.length === 0) {
    throw new MetricUndefined('tf-idf', `no term occurs in ${minimumDocuments} of ${texts.length} documents`);
  }
  return terms;
}
