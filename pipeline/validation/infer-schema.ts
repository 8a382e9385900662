// A schema from the figures of a collection that was good, with room for what chance does to the next one.
import type { DataSchema } from '../../contracts/data-validation.ts';
import { byCount, type DataStatistics, stepStart } from './statistics.ts';

/** Words that a schema names at most. */
const MOST_WORDS = 10_000;
/** A word of fewer documents may be somebody's name; with few documents, a word of two. */
const LEAST_DOCUMENTS = 5;
/** Share of documents that lie outside the bounds of lengths on either side when they are inferred. */
const TAIL = 0.005;
/** By how much shares may move: as TensorFlow Data Validation's examples have L∞ distances. */
const MOVE = 0.1;
const SLACK = 0.05;
/** Shares of labels and languages below it are those of single documents in most collections. */
const LEAST_SHARE = 0.001;

/**
 * Infers what later data is held against.
 * @param statistics of at least one document
 * @see Breck, Polyzotis, Roy, Whang & Zinkevich 2019, Data validation for machine learning, MLSys, section 3
 */
export function inferSchema(statistics: DataStatistics): DataSchema {
  const { documents, sources, labels, languages, present, lengths } = statistics;
  const least = (count: number): number => Math.max(0, rounded(count / documents - MOVE));
  return {
    version: 1,
    sources: [...sources.keys()].sort(),
    fields: {
      time: least(present.time),
      licence: least(present.licence),
      ...(present.label > 0 && { label: least(present.label) }),
    },
    ...(labels.size > 0 && {
      labels: { shares: sharesOf(labels, 0), maximumDistance: MOVE },
    }),
    characters: { ...boundsOf(lengths, documents), maximumOutside: SLACK },
    languages: { shares: sharesOf(languages, LEAST_SHARE), maximumDistance: MOVE },
    ...vocabularyOf(statistics),
  };
}

/** Twice as far as the quantiles: half a per cent on either side is outside of them. */
function boundsOf(lengths: ReadonlyMap<number, number>, documents: number) {
  const steps = [...lengths].sort(([a], [b]) => a - b);
  const at = (quantile: number): number => {
    let below = 0;
    for (const [step, count] of steps) {
      below += count;
      if (below > quantile * documents) return step;
    }
    return steps[steps.length - 1][0];
  };
  return {
    minimum: Math.floor(stepStart(at(TAIL)) / 2),
    maximum: 2 * stepStart(at(1 - TAIL) + 1),
  };
}

/** The share of unknown words is that of words which the schema would not have named, and a little more. */
function vocabularyOf({ words, runningWords, documents }: DataStatistics): Pick<DataSchema, 'vocabulary'> {
  if (runningWords === 0) return {};
  const leastDocuments = documents < 100 ? 2 : LEAST_DOCUMENTS;
  const common = byCount(words)
    .filter(([, { documents: of }]) => of >= leastDocuments)
    .slice(0, MOST_WORDS);
  const known = common.reduce((sum, [, { count }]) => sum + count, 0);
  return {
    vocabulary: {
      words: common.map(([word]) => word),
      maximumUnknown: Math.min(1, rounded(1 - known / runningWords + MOVE)),
    },
  };
}

function sharesOf(counts: ReadonlyMap<string, number>, least: number): Record<string, number> {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return Object.fromEntries(
    [...counts]
      .map(([value, count]) => [value, rounded(count / total)] as const)
      .filter(([, share]) => share >= least)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;
