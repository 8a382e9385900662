// Everything that the control server shows and does on an open store, put together for the process and for its tests.
import type { OpenStore } from '../artifacts/open.ts';
import type { CoppiceClient } from '../client/coppice-client.ts';
import type { Settings } from '../settings/settings.ts';
import { createDamageViews } from './damage-views.ts';
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
>;

export function createViews(store: OpenStore, client: CoppiceClient, settings: Settings): Views {
  const seen = { ...store, bucket: settings.store.artifactsBucket };
  return {
    registry: store.registry,
    views: createRegistryViews(store),
    facts: createRegistryFacts(store),
    lineage: createLineageViews(seen),
    damage: createDamageViews(store),
    forgetting: createForgettingViews(seen),
    artifacts: store.artifacts,
    dataSchemas: store.dataSchemas,
    preferences: createPreferences(store.preferenceStudies),
    housekeeping: createHousekeeping({
      store,
      readOpenRuns: client.openRuns,
      cacheDays: settings.cacheDays,
    }),
  };
}
