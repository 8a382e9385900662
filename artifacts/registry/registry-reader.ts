// Reading the registry: who serves, since when, which versions there are and what became of them. The ledger answers;
// a document that is not what it says is refused, never skipped.
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type {
  LedgerEntry,
  RoutingDocument,
  StoredSpec,
  VersionDocument,
  VersionState,
} from '../../contracts/registry.ts';
import { storedSpecSchema } from '../../contracts/registry.ts';
import type { ObjectStore } from '../object-store.ts';
import type { LedgerDependencies } from './ledger.ts';
import { createLedger } from './ledger.ts';
import { checkProjection, routingKey, specKey, versionKey } from './projections.ts';
import { versionState } from './state.ts';
import type { LedgerReport } from './verify-ledger.ts';
import { verifyLedger } from './verify-ledger.ts';

export interface VersionWithState {
  readonly document: VersionDocument;
  readonly state: VersionState;
  /** It saw what has been forgotten since: a version that is trained from the start must take its place. */
  readonly retrainingDue: boolean;
}

/** Every method fails with ArtifactCorrupt where a document is forged, and names it. */
export interface RegistryReader {
  /** The newest routing, from the ledger: right even where a crash left its document unwritten. */
  readRouting(model: string): Promise<RoutingDocument | undefined>;
  /**
   * For polling: one listing, and the ledger where there is something new.
   * @returns the newest routing, or undefined where there is none after `generation`
   */
  readRoutingAfter(model: string, generation: number): Promise<RoutingDocument | undefined>;
  readVersion(model: string, version: number): Promise<VersionDocument | undefined>;
  /** In the order of registration. */
  listVersions(model: string): Promise<VersionWithState[]>;
  /** The routing that was in force at a time. */
  servedAt(model: string, time: Date): Promise<RoutingDocument | undefined>;
  readLedger(model: string): Promise<readonly LedgerEntry[]>;
  verifyLedger(model: string): Promise<LedgerReport>;
  /** Models with a ledger, in alphabetical order. */
  listModels(): Promise<string[]>;
  /** The newest stored spec. */
  readSpec(model: string): Promise<StoredSpec | undefined>;
}

export function createRegistryReader(dependencies: LedgerDependencies): RegistryReader {
  const { objects, trust } = dependencies;
  /** Of those who ask what was, and not only how things stand. */
  const whole = createLedger(dependencies);
  const ledger = createLedger(dependencies, { fromState: true });

  /** The routing that a document of it must be. */
  const routingOf = async (model: string, key: string): Promise<RoutingDocument | undefined> => {
    const isIt = (routing: RoutingDocument | undefined): boolean =>
      routing !== undefined && routingKey(model, routing.generation) === key;
    const { state, entries } = await ledger.read(model);
    if (isIt(state.routing)) return state.routing;
    const among = (those: readonly LedgerEntry[]) =>
      those.findLast(({ result }) => isIt(result.routing))?.result.routing;
    return among(entries) ?? among((await whole.read(model)).entries);
  };

  return {
    readRouting: async (model) => (await ledger.read(model)).state.routing,

    async readRoutingAfter(model, generation) {
      const key = await newestKey(objects, `routing/${model}/`, routingKey(model, generation));
      // Documents that were removed hide nothing from who has just started.
      if (key === undefined && generation > 0) return undefined;
      const { state } = await ledger.read(model);
      if (key !== undefined) {
        const document = await routingOf(model, key);
        if (!document)
          throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: no entry of the ledger made it`, {
            key,
          });
        await checkProjection({ key, document }, { objects, trust });
      }
      return state.routing && state.routing.generation > generation ? state.routing : undefined;
    },

    async readVersion(model, version) {
      const document = (await ledger.read(model)).state.versions.get(version);
      // Where it is not written yet, perhaps because its commit died, the ledger is enough.
      if (document) await checkProjection({ key: versionKey(model, version), document }, { objects, trust });
      return document;
    },

    async listVersions(model) {
      const { state } = await ledger.read(model);
      return [...state.versions.values()].map((document) => ({
        document,
        state: versionState(state, document.version),
        retrainingDue: state.retrainingDue.has(document.version),
      }));
    },

    async servedAt(model, time) {
      const { entries } = await whole.read(model);
      const before = entries.filter(({ at, result }) => result.routing && at <= time.toISOString());
      return before.at(-1)?.result.routing;
    },

    readLedger: async (model) => (await whole.read(model)).entries,
    verifyLedger: (model) => verifyLedger(model, { ledger: whole, objects, trust }),
    listModels: async () => (await namesBelow(objects, 'ledger/')).sort(),
    async readSpec(model) {
      const { spec } = (await ledger.read(model)).state;
      if (!spec) return undefined;
      const { success, data, error } = storedSpecSchema.safeParse(spec);
      if (success) return data;
      const key = specKey(model, spec.revision);
      const message = `${key} is no spec that this version of Coppice reads: ${z.prettifyError(error)}`;
      throw new CoppiceFailure('InvalidInput', message, { key });
    },
  };
}

async function newestKey(objects: ObjectStore, prefix: string, after: string): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { key } of objects.list(prefix, { after })) newest = key;
  return newest;
}

/** Names below a prefix: one listing each, which jumps over what lies under a name. */
async function namesBelow(objects: ObjectStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const last = names.at(-1);
    // Keys below a name are digits, which sort before `~`.
    const rest = objects.list(prefix, last === undefined ? {} : { after: `${prefix}${last}/~` });
    const { value } = await rest.next();
    await rest.return(undefined);
    if (!value) return names;
    names.push(value.key.slice(prefix.length).split('/')[0]);
  }
}
