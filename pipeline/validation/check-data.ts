// Data held against the schema. Shares of few documents move by chance: an anomaly is one that chance does not explain.
import type { DataAnomaly, DataSchema } from '../../contracts/data-validation.ts';
import type { DataStatistics } from './statistics.ts';
import { lengthStep } from './statistics.ts';

/** Of the normal distribution: a share that is within bounds is told an anomaly once in a thousand checks. */
const Z = 3.09;

/** @returns every way in which the data is not as the schema expects, in the order of the schema */
export function checkData(schema: DataSchema, statistics: DataStatistics): DataAnomaly[] {
  if (statistics.documents === 0) return [];
  return [
    ...unknownSources(schema, statistics),
    ...missingFields(schema, statistics),
    ...labelAnomalies(schema, statistics.labels),
    ...lengthAnomalies(schema, statistics),
    ...drift(schema.languages, statistics.languages, { section: 'languages', kind: 'language-drift' }),
    ...unknownWords(schema, statistics),
  ];
}

function* unknownSources({ sources }: DataSchema, found: DataStatistics): Generator<DataAnomaly> {
  if (sources === undefined) return;
  for (const [name, count] of found.sources) {
    if (sources.includes(name)) continue;
    const message = `${count} documents come from ${name}, which is none of ${sources.join(', ')}`;
    yield { kind: 'unknown-source', section: 'sources', message };
  }
}

function* missingFields({ fields = {} }: DataSchema, found: DataStatistics): Generator<DataAnomaly> {
  for (const field of ['time', 'licence', 'label'] as const) {
    const least = fields[field];
    const count = found.present[field];
    if (least === undefined || highest(count, found.documents) >= least) continue;
    const message = `${percent(count, found.documents)} of the documents have a ${field}, where ${percent(least)} were expected`;
    yield { kind: 'missing-field', section: 'fields', message };
  }
}

/** @param found labels, with how many documents have them */
export function* labelAnomalies(
  { labels }: DataSchema,
  found: ReadonlyMap<string, number>,
): Generator<DataAnomaly> {
  if (labels === undefined) return;
  const unknown = [...found].filter(([label]) => !Object.hasOwn(labels.shares, label));
  for (const [label, count] of unknown) {
    const message = `${count} documents have the label “${label}”, which is none of ${Object.keys(labels.shares).join(', ')}`;
    yield { kind: 'unknown-label', section: 'labels', message };
  }
  const known = new Map([...found].filter(([label]) => Object.hasOwn(labels.shares, label)));
  yield* drift(labels, known, { section: 'labels', kind: 'label-drift' });
}

function* lengthAnomalies({ characters }: DataSchema, found: DataStatistics): Generator<DataAnomaly> {
  if (characters === undefined) return;
  const { minimum, maximum, maximumOutside } = characters;
  let outside = 0;
  for (const [step, count] of found.lengths) {
    if (step < lengthStep(minimum) || step > lengthStep(maximum)) outside += count;
  }
  if (lowest(outside, found.documents) <= maximumOutside) return;
  const message = `${percent(outside, found.documents)} of the texts have fewer than ${minimum} or more than ${maximum} characters, where ${percent(maximumOutside)} may`;
  yield { kind: 'length', section: 'characters', message };
}

/** L∞ over shares, each told by itself: what was expected, what was found. */
function* drift(
  expected: DataSchema['labels'],
  found: ReadonlyMap<string, number>,
  anomaly: Pick<DataAnomaly, 'kind' | 'section'>,
): Generator<DataAnomaly> {
  const total = [...found.values()].reduce((sum, count) => sum + count, 0);
  if (expected === undefined || total === 0) return;
  const { shares, maximumDistance } = expected;
  for (const value of new Set([...Object.keys(shares), ...found.keys()])) {
    const share = shares[value] ?? 0; // absent where it is new
    const count = found.get(value) ?? 0;
    const isNear =
      lowest(count, total) <= share + maximumDistance && highest(count, total) >= share - maximumDistance;
    if (isNear) continue;
    yield {
      ...anomaly,
      message: `${value}: ${percent(count, total)}, where ${percent(share)} were expected`,
    };
  }
}

/** Words of a document go together, so that their share moves more than that of as many coins: no interval is told. */
function* unknownWords({ vocabulary }: DataSchema, found: DataStatistics): Generator<DataAnomaly> {
  if (vocabulary === undefined || found.runningWords < 1_000) return;
  const known = vocabulary.words.reduce((sum, word) => sum + (found.words.get(word)?.count ?? 0), 0);
  const unknown = found.runningWords - known;
  if (unknown / found.runningWords <= vocabulary.maximumUnknown) return;
  const message = `${percent(unknown, found.runningWords)} of the words are unknown, where ${percent(vocabulary.maximumUnknown)} may`;
  yield { kind: 'unknown-words', section: 'vocabulary', message };
}

const lowest = (count: number, total: number): number => wilson(count, total, -Z);
const highest = (count: number, total: number): number => wilson(count, total, Z);

/** One end of Wilson's score interval (1927). */
function wilson(count: number, total: number, z: number): number {
  const p = count / total;
  const centre = p + (z * z) / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  return (centre + half) / (1 + (z * z) / total);
}

const percent = (count: number, total = 1): string => `${((100 * count) / total).toFixed(1)} %`;
