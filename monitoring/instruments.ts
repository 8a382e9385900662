// The table of contracts/metrics.ts as instruments of prom-client.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type MetricDefinition, type MetricKey, metricDefinitions } from '../contracts/metrics.ts';

type InstrumentOf<D extends MetricDefinition> = D['type'] extends 'counter'
  ? Counter<D['labels'][number]>
  : D['type'] extends 'gauge'
    ? Gauge<D['labels'][number]>
    : Histogram<D['labels'][number]>;

/** One instrument a row of the table, typed by its labels. */
export type Instruments = {
  readonly [K in MetricKey]: InstrumentOf<(typeof metricDefinitions)[K]>;
};

/**
 * @param registry - takes the instruments; one that has them already refuses
 * @returns an instrument for every metric of the table
 */
export function createInstruments(registry: Registry): Instruments {
  const entries = Object.entries(metricDefinitions).map(([key, definition]: [string, MetricDefinition]) => {
    const { name, help, buckets } = definition;
    const configuration = { name, help, labelNames: definition.labels, registers: [registry] };
    if (definition.type === 'counter') return [key, new Counter(configuration)] as const;
    if (definition.type === 'gauge') return [key, new Gauge(configuration)] as const;
    return [key, new Histogram({ ...configuration, ...(buckets && { buckets: [...buckets] }) })] as const;
  });
  const byKey: unknown = Object.fromEntries(entries);
  return byKey as Instruments;
}
