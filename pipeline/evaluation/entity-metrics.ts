// Precision, recall and F1 of entities, as seqeval counts them (Nakayama 2018, after conlleval of CoNLL-2000): an entity is
// found where its words and its label are the same, and nothing counts in part. A ratio without a denominator is 0.
import type { EntityMetric } from '../../contracts/model-spec/judgement.ts';
import { entityMetrics } from '../../contracts/model-spec/judgement.ts';
import type { Entity } from '../entities/tags.ts';
import { entitiesOf } from '../entities/tags.ts';
import { allOf, bootstrapTable } from './bootstrap.ts';
import type { StatisticOf } from './gate-evidence.ts';
import type { MetricTable } from './metric-table.ts';
import type { Slice } from './slices.ts';

/** The tags of one document's words: as labelled, and as answered. */
export interface TaggedDocument {
  readonly labelled: readonly string[];
  readonly answered: readonly string[];
}

export interface LabelScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Entities that are labelled so, that were answered so, and that were both. */
  readonly labelled: number;
  readonly answered: number;
  readonly found: number;
}

/** Documents counted once, for whatever set of them is asked. L labels. */
interface Counts {
  readonly labels: readonly string[];
  /** [documents][L × 3]: labelled, answered, found. */
  readonly entities: readonly Int32Array[];
  readonly words: Int32Array;
  readonly rightWords: Int32Array;
}

/** @returns figures of each label that is labelled or answered, in alphabetical order */
export function scoreLabels(documents: readonly TaggedDocument[]): LabelScore[] {
  const counts = countEntities(documents);
  const sums = sumOf(counts, allOf(documents.length));
  return counts.labels.map((label, index) => ({
    label,
    ...scoreOf(sums.subarray(index * 3, index * 3 + 3)),
  }));
}

/**
 * @returns every metric of entities with its bootstrap interval: documents are drawn, since what stands in one is not
 * independent
 */
export function measureEntities(
  documents: readonly TaggedDocument[],
  { seed }: { seed: number },
): MetricTable {
  const counts = countEntities(documents);
  const measure = (indices: Int32Array) => metricsOf(counts, indices);
  const intervals = bootstrapTable(entityMetrics, measure, { examples: documents.length, seed });
  const values = metricsOf(counts, allOf(documents.length));
  return Object.fromEntries(
    entityMetrics.map((name) => [name, { value: values[name], interval: intervals[name] }]),
  );
}

/**
 * @returns every metric as a function of the documents that count; of a slice by label, of the entities of that label
 * alone, whose accuracy of words nobody knows
 */
export function entityStatistics(documents: readonly TaggedDocument[]): StatisticOf {
  const counts = countEntities(documents);
  return (metric, slice) => {
    const name = entityMetrics.find((known) => known === metric);
    if (name === undefined) return undefined;
    if (slice?.by !== 'label') return (indices) => metricsOf(counts, indices)[name];
    if (name === 'tokenAccuracy') return undefined;
    const label = counts.labels.indexOf(slice.name);
    const { entities } = counts;
    const own = {
      ...counts,
      labels: [slice.name],
      entities: entities.map((of) => of.subarray(label * 3, label * 3 + 3)),
    };
    return (indices) => metricsOf(own, indices)[name];
  };
}

/** @returns for each label the documents in which it is labelled or answered */
export function labelSlices(documents: readonly TaggedDocument[]): Slice[] {
  const { labels, entities } = countEntities(documents);
  return labels.map((name, label) => {
    const members = entities.flatMap((of, at) => (of[label * 3] + of[label * 3 + 1] > 0 ? [at] : []));
    return { by: 'label', name, members: Int32Array.from(members) };
  });
}

function countEntities(documents: readonly TaggedDocument[]): Counts {
  const read = documents.map(
    ({ labelled, answered }) => [entitiesOf(labelled), entitiesOf(answered)] as const,
  );
  const labels = [...new Set(read.flat(2).map(({ label }) => label))].sort();
  const entities = read.map(([labelled, answered]) => {
    const counts = new Int32Array(labels.length * 3);
    for (const { label } of labelled) counts[labels.indexOf(label) * 3] += 1;
    for (const { label } of answered) counts[labels.indexOf(label) * 3 + 1] += 1;
    for (const { label } of foundIn(labelled, answered)) counts[labels.indexOf(label) * 3 + 2] += 1;
    return counts;
  });
  return {
    labels,
    entities,
    words: Int32Array.from(documents, ({ labelled }) => labelled.length),
    rightWords: Int32Array.from(
      documents,
      ({ labelled, answered }) => labelled.filter((tag, word) => tag === answered[word]).length,
    ),
  };
}

function foundIn(labelled: readonly Entity[], answered: readonly Entity[]): Entity[] {
  const keys = new Set(answered.map(({ first, end, label }) => `${first} ${end} ${label}`));
  return labelled.filter(({ first, end, label }) => keys.has(`${first} ${end} ${label}`));
}

function sumOf({ labels, entities }: Counts, documents: Int32Array): Int32Array {
  const sums = new Int32Array(labels.length * 3);
  for (const document of documents) {
    const counts = entities[document];
    for (let index = 0; index < sums.length; index += 1) sums[index] += counts[index];
  }
  return sums;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function scoreOf([labelled, answered, found]: ArrayLike<number> & Iterable<number>): Omit<
  LabelScore,
  'label'
> {
  const [precision, recall] = [ratio(found, answered), ratio(found, labelled)];
  return {
    precision,
    recall,
    f1: ratio(2 * precision * recall, precision + recall),
    labelled,
    answered,
    found,
  };
}

function metricsOf(counts: Counts, documents: Int32Array): Record<EntityMetric, number> {
  const sums = sumOf(counts, documents);
  const byLabel = counts.labels.map((_, index) => sums.subarray(index * 3, index * 3 + 3));
  const total = [0, 1, 2].map((place) => byLabel.reduce((sum, of) => sum + of[place], 0));
  const { precision, recall, f1 } = scoreOf(total);
  const scores = byLabel
    .filter(([labelled, answered]) => labelled + answered > 0)
    .map((of) => scoreOf(of).f1);
  let [words, right] = [0, 0];
  for (const document of documents) {
    words += counts.words[document];
    right += counts.rightWords[document];
  }
  return {
    entityPrecision: precision,
    entityRecall: recall,
    entityF1: f1,
    macroEntityF1: ratio(
      scores.reduce((sum, score) => sum + score, 0),
      scores.length,
    ),
    tokenAccuracy: ratio(right, words),
  };
}
