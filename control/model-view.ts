// What the page of a model shows, gathered: the registry must answer, what the workflows say is shown where they answer.
import type { Incidents } from '../artifacts/incidents.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { ModelPage } from './pages/model-page.ts';
import type { RegistryViews } from './registry-views.ts';

/** A page is not kept waiting by a worker that is away. */
const workflowsAnswerWithinMs = 3_000;
const shownRollouts = 5;
const shownIncidents = 10;

/** Where the page's parts are read. */
export interface ModelPageSources {
  readonly client: CoppiceClient;
  readonly registry: RegistryReader;
  readonly views: RegistryViews;
  readonly incidents: Pick<Incidents, 'list'>;
  readonly links: ModelPage['links'];
}

export async function readModelPage(
  model: string,
  { client, registry, views, incidents, links }: ModelPageSources,
): Promise<ModelPage> {
  const [summary, ledger, rollbacks] = await Promise.all([
    views.model(model),
    registry.readLedger(model),
    incidents.list(model),
  ]);
  const newest = summary.versions.slice(-shownRollouts).map(({ version }) => version);
  const told = await within(client, async () => {
    const controller = await client.controllerState(model);
    const found = await Promise.all(newest.map((version) => client.rolloutOutcome(model, version)));
    const rollouts = found.flatMap((status, index) => (status ? [{ version: newest[index], status }] : []));
    return { controller, rollouts: rollouts.reverse() };
  });
  return { summary, ledger, links, incidents: rollbacks.slice(0, shownIncidents), ...told };
}

type Told = Pick<ModelPage, 'controller' | 'rollouts' | 'trouble'>;

async function within(client: CoppiceClient, ask: () => Promise<Told>): Promise<Told> {
  try {
    return await client.temporal.connection.withDeadline(Date.now() + workflowsAnswerWithinMs, ask);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      controller: undefined,
      rollouts: [],
      trouble: `The workflows do not answer (${reason}): what follows is what the registry knows.`,
    };
  }
}
