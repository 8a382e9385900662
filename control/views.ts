// Everything that the control server shows and does on an open store, put together for the process and for its tests.
import { openIncidents } from '../artifacts/incidents.ts';
import { type OpenStore, openRegistryWriter } from '../artifacts/open.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { Settings } from '../settings/settings.ts';
import { createDamageViews } from './damage-views.ts';
import { createDirectRollback } from './direct-rollback.ts';
import { createForgettingViews } from './forgetting-views.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createLineageViews } from './lineage-views.ts';
import { createPreferences } from './preferences.ts';
import { createRegistryFacts } from './registry-facts.ts';
import { createRegistryViews } from './registry-views.ts';
import type { ControlServerDependencies } from './server.ts';

type Views = Pick<
  ControlServerDependencies,
  | 'registry'
  | 'views'
  | 'facts'
  | 'lineage'
  | 'damage'
  | 'forgetting'
  | 'housekeeping'
  | 'dataSchemas'
  | 'preferences'
  | 'artifacts'
  | 'incidents'
  | 'rollBackDirectly'
>;

export function createViews(store: OpenStore, client: CoppiceClient, settings: Settings): Views {
  const incidents = openIncidents({ ...store, objects: store.buckets.artifacts });
  const seen = { ...store, bucket: settings.store.artifactsBucket };
  return {
    registry: store.registry,
    views: createRegistryViews(store),
    facts: createRegistryFacts(store),
    lineage: createLineageViews(seen),
    damage: createDamageViews(store),
    forgetting: createForgettingViews(seen),
    artifacts: store.artifacts,
    incidents,
    rollBackDirectly: createDirectRollback({
      ...{ registry: store.registry, incidents },
      openWriter: () => openRegistryWriter(settings, store),
    }),
    dataSchemas: store.dataSchemas,
    preferences: createPreferences(store.preferenceStudies),
    housekeeping: createHousekeeping({
      store,
      readOpenRuns: client.openRuns,
      cacheDays: settings.cacheDays,
    }),
  };
}
