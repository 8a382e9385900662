// What a process of Coppice measures about itself: recording methods in the words of the rooms that call them, over
// a registry of its own, with Node's own metrics beside them.
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type ControlMetrics, createControlMetrics } from './control-metrics.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { createInstruments } from './instruments.ts';
import { createPipelineMetrics, type PipelineMetrics } from './pipeline-metrics.ts';

/** All recording methods; a process calls those that concern it. Metrics that nobody recorded have no series. */
export interface Metrics extends PipelineMetrics, GatewayMetrics, ControlMetrics {
  /** For the content type and for further metrics of a process. */
  readonly registry: Registry;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Name of the process, such as `gateway`. */
  readonly process: string;
  /** Takes the metrics; default: a new one. */
  readonly registry?: Registry;
}

/**
 * Makes the metrics of one process.
 *
 * @param options - which process this is
 * @returns recording methods and the exposition
 */
export function createMetrics({ process: name, registry = new Registry() }: MetricsOptions): Metrics {
  const instruments = createInstruments(registry);
  collectDefaultMetrics({ register: registry });
  instruments.processInfo.set({ process: name, node_version: process.version }, 1);
  return {
    ...createPipelineMetrics(instruments),
    ...createGatewayMetrics(instruments),
    ...createControlMetrics(instruments),
    registry,
    text: () => registry.metrics(),
  };
}
