// Alert rules follow the spec: written where Prometheus reads them, then reloaded.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { alertRules } from '../monitoring/alert-rules.ts';
import type { PrometheusClient } from '../monitoring/prometheus-client.ts';

export interface MonitoringActivityDependencies {
  readonly registry: RegistryReader;
  readonly prometheus: PrometheusClient;
  /** Folder of rule files that Prometheus is configured to read. */
  readonly rulesDirectory: string;
}

export type MonitoringActivities = ReturnType<typeof createMonitoringActivities>;

export function createMonitoringActivities({
  registry,
  prometheus,
  rulesDirectory,
}: MonitoringActivityDependencies) {
  return {
    /** Generates the rules of one model from its newest spec and has Prometheus take them up. */
    async publishAlertRules({ model }: { model: string }): Promise<void> {
      const stored = await registry.readSpec(model);
      if (!stored) throw new CoppiceFailure('InvalidInput', `${model} has no stored spec`);
      await mkdir(rulesDirectory, { recursive: true });
      const path = join(rulesDirectory, `${model}.yml`);
      await writeFile(`${path}.new`, alertRules([{ model, monitoring: stored.spec.monitoring }]));
      await rename(`${path}.new`, path); // Prometheus never reads half a file
      await prometheus.reload();
    },
  };
}
