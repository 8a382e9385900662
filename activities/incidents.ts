// A rollback as it is told afterwards: what it cost, and where that can be read.
import type { Incidents } from '../artifacts/incidents.ts';
import { describeIncident, type RollbackFindings } from '../contracts/incident.ts';
import type { RecordedIncident } from '../contracts/messages.ts';
import type { PrometheusClient } from '../monitoring/prometheus-client.ts';

export interface IncidentActivityDependencies {
  readonly incidents: Incidents;
  readonly prometheus: Pick<PrometheusClient, 'readHealth'>;
  /** Where the pages are. */
  readonly controlUrl: string;
  readonly now: () => Date;
}

export type IncidentActivities = ReturnType<typeof createIncidentActivities>;

export function createIncidentActivities({
  incidents,
  prometheus,
  controlUrl,
  now,
}: IncidentActivityDependencies) {
  /** Prometheus may be away, and an incident is told all the same. */
  const countFailures = async (model: string, version: number, since: string | undefined) => {
    if (since === undefined) return undefined;
    const windowSeconds = Math.max(10, (now().getTime() - Date.parse(since)) / 1_000);
    try {
      const { requests, errorRate } = await prometheus.readHealth({
        ...{ model, version: String(version), windowSeconds },
      });
      return requests === null || errorRate === null ? undefined : Math.round(requests * errorRate);
    } catch {
      return undefined;
    }
  };

  return {
    /** Nothing is told of a generation that no rollback made. */
    async recordIncident({
      model,
      generation,
      findings,
    }: {
      model: string;
      generation: number;
      findings: RollbackFindings;
    }): Promise<RecordedIncident> {
      const before = await incidents.read(model, generation);
      const failedRequests = before && (await countFailures(model, before.version, before.inTrafficSince));
      const incident = await incidents.record(model, generation, {
        findings,
        ...(failedRequests !== undefined && { failedRequests }),
      });
      const page = `${controlUrl}/models/${model}/incidents/${generation}`;
      return { page, lines: incident ? describeIncident(incident) : [] };
    },
  };
}
