// Where Alertmanager calls: each alert goes to the controller of the model that it names.
import { z } from 'zod';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { Alert, Decision } from '../contracts/messages.ts';
import type { Metrics } from '../monitoring/metrics.ts';

/** Alertmanager's webhook, version 4 (prometheus.io/docs/alerting/latest/configuration, webhook_config). */
const webhookSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).default({}),
      startsAt: z.string(),
      fingerprint: z.string().min(1),
    }),
  ),
});

export interface AlertReceiverDependencies {
  readonly client: Pick<CoppiceClient, 'deliverAlert'>;
  /** Models with a stored spec: others have no controller and get none. */
  readonly isKnown: (model: string) => Promise<boolean>;
  readonly metrics: Pick<Metrics, 'countAlert'>;
  readonly log: { info(message: string): void };
}

/**
 * @param body as Alertmanager posts it
 * @returns what was decided about each alert
 * @throws z.ZodError where the body is no webhook; the client's error where no controller answers, so that
 * Alertmanager tries again
 */
export async function receiveAlerts(
  body: unknown,
  dependencies: AlertReceiverDependencies,
): Promise<Decision[]> {
  const { alerts } = webhookSchema.parse(body);
  const decisions: Decision[] = [];
  for (const { status, labels, annotations, startsAt, fingerprint } of alerts) {
    const byName = new Map(Object.entries(labels));
    const name = byName.get('alertname') ?? 'unnamed';
    const model = byName.get('model');
    const alert: Alert = { status, name, fingerprint, startsAt, labels, annotations };
    const decision = await deliver(model, alert, dependencies);
    dependencies.metrics.countAlert({ model: model ?? '', alert: name, decision: decision.decision });
    dependencies.log.info(`alert ${name} ${status}: ${decision.decision}, ${decision.reason}`);
    decisions.push(decision);
  }
  return decisions;
}

async function deliver(
  model: string | undefined,
  alert: Alert,
  { client, isKnown }: AlertReceiverDependencies,
): Promise<Decision> {
  if (model === undefined) return { decision: 'ignored', reason: 'the alert names no model' };
  if (!(await isKnown(model))) return { decision: 'ignored', reason: `${model} has no stored spec` };
  return client.deliverAlert(model, alert);
}
