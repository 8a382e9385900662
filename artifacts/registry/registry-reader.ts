// Reading the registry: who serves, since when, which versions there are and what became of them. Every document is
// verified; a forged one is refused, never skipped.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type {
  LedgerEntry,
  RoutingDocument,
  StoredSpec,
  VersionDocument,
  VersionState,
} from '../../contracts/registry.ts';
import { routingDocumentSchema, versionDocumentSchema } from '../../contracts/registry.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';
import type { LedgerReport } from './ledger.ts';
import { createLedger } from './ledger.ts';
import { routingKey, versionKey } from './projections.ts';
import type { Trust } from './signing.ts';
import { verifySigned } from './signing.ts';
import { readNewestSpec } from './specs.ts';
import { versionState } from './state.ts';

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
   * For polling: one listing, and one read where there is something new.
   * @returns the newest routing document, or undefined where there is none after `generation`
   */
  readRoutingAfter(model: string, generation: number): Promise<RoutingDocument | undefined>;
  readVersion(model: string, version: number): Promise<VersionDocument | undefined>;
  /** In the order of registration. */
  listVersions(model: string): Promise<VersionWithState[]>;
  /** The routing that was in force at a time. */
  servedAt(model: string, time: Date): Promise<RoutingDocument | undefined>;
  readLedger(model: string): Promise<readonly LedgerEntry[]>;
  verifyLedger(model: string): Promise<LedgerReport>;
  /** Models with a spec or a ledger, in alphabetical order. */
  listModels(): Promise<string[]>;
  /** The newest stored spec. */
  readSpec(model: string): Promise<StoredSpec | undefined>;
}

export function createRegistryReader({
  objects,
  trust,
}: {
  objects: ObjectStore;
  trust: Trust;
}): RegistryReader {
  const ledger = createLedger({ objects, trust });

  async function newestKey(prefix: string, after: string): Promise<string | undefined> {
    let newest: string | undefined;
    for await (const { key } of objects.list(prefix, { after })) newest = key;
    return newest;
  }

  /** Names below a prefix: one listing each, which jumps over what lies under a name. */
  async function namesBelow(prefix: string): Promise<string[]> {
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

  return {
    readRouting: async (model) => (await ledger.read(model)).state.routing,

    async readRoutingAfter(model, generation) {
      const key = await newestKey(`routing/${model}/`, routingKey(model, generation));
      const bytes = key === undefined ? undefined : await readObject(objects, key);
      if (key === undefined || bytes === undefined) return undefined;
      const routing = await verifySigned(bytes, routingDocumentSchema, { trust, key });
      // A genuine document of another time or model, put where it does not belong.
      if (routingKey(routing.model, routing.generation) === key) return routing;
      const replayed = `routing ${routing.generation} of ${routing.model}`;
      throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: it holds ${replayed}`, { key });
    },

    async readVersion(model, version) {
      const key = versionKey(model, version);
      const bytes = await readObject(objects, key);
      // Not written yet, perhaps, where its commit died: the ledger knows.
      if (bytes === undefined) return (await ledger.read(model)).state.versions.get(version);
      const document = await verifySigned(bytes, versionDocumentSchema, { trust, key });
      if (versionKey(document.model, document.version) === key) return document;
      throw new CoppiceFailure('ArtifactCorrupt', `${key} is refused: it holds another version`, { key });
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
      const { entries } = await ledger.read(model);
      const before = entries.filter(({ at, result }) => result.routing && at <= time.toISOString());
      return before.at(-1)?.result.routing;
    },

    readLedger: async (model) => (await ledger.read(model)).entries,
    verifyLedger: (model) => ledger.verify(model),
    listModels: async () =>
      [...new Set([...(await namesBelow('specs/')), ...(await namesBelow('ledger/'))])].sort(),
    readSpec: (model) => readNewestSpec(model, { objects, trust }),
  };
}
