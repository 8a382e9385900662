// Reads the registry over the control API: versions, lineage, ledger, reports.
import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { z } from 'zod';
import {
  type ArtifactReference,
  type DirectoryManifest,
  directoryManifestSchema,
} from '../contracts/artifact.ts';
import { storedRecordsSchema } from '../contracts/batch.ts';
import {
  type Evidence,
  evidenceSchema,
  ledgerSchema,
  type ModelSummary,
  modelSummarySchema,
  packageSchema,
  type StoreFacts,
  servedSchema,
  storeFactsSchema,
  type VersionSummary,
  versionSummarySchema,
} from '../contracts/control-api.ts';
import { type DataState, dataStateSchema, type SchemaChange } from '../contracts/data-validation.ts';
import { type Dataset, storedDatasetSchema } from '../contracts/dataset-evaluation.ts';
import { type ForgettingSurvey, forgettingSurveySchema } from '../contracts/forgetting.ts';
import {
  type CollectionReport,
  type CollectionRequest,
  collectionReportSchema,
  type Hold,
  holdSchema,
  releasedSchema,
  type Sizes,
  sizesSchema,
} from '../contracts/housekeeping.ts';
import { type Incident, incidentSchema } from '../contracts/incident.ts';
import {
  type LineageUses,
  lineageUsesSchema,
  type VersionLineage,
  versionLineageSchema,
} from '../contracts/lineage-view.ts';
import { type Decision, decisions, type RollbackRequest } from '../contracts/messages.ts';
import {
  type PreferencePair,
  preferencePairSchema,
  type StudyRequest,
  type StudyState,
  studyStateSchema,
} from '../contracts/preference-study.ts';
import type { LedgerEntry, RoutingDocument } from '../contracts/registry.ts';
import {
  type Provenance,
  provenanceSchema,
  type Verification,
  verificationSchema,
} from '../contracts/registry-facts.ts';
import { type Inspection, inspectionSchema } from '../contracts/repair.ts';
import { type TrustList, trustListSchema } from '../contracts/trust.ts';

/** The control API answered with an error, or not at all. */
export class ControlApiError extends Error {
  /** HTTP status, or 0 where nothing answered. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlApiError';
    this.status = status;
  }
}

const connectTimeoutMs = 2_000;

const decisionSchema = z.object({ decision: z.enum(decisions), reason: z.string() });
const problemSchema = z.object({ error: z.object({ message: z.string() }) });

export interface ControlApi {
  models(): Promise<ModelSummary[]>;
  versions(model: string): Promise<VersionSummary[]>;
  /** @param documents how many documents of a collection are named */
  lineage(model: string, version: number, documents: number): Promise<VersionLineage>;
  /** What saw a document or an artifact. @param of id, URI or digest */
  lineageOf(of: string): Promise<LineageUses>;
  /** Run events of OpenLineage: of a version, or of what saw a document or an artifact. */
  openLineage(of: { model: string; version: number } | { of: string }): Promise<object[]>;
  /** What holds a document or a subject. Changes nothing. */
  surveyForgetting(of: string): Promise<ForgettingSurvey>;
  /** Data schema and newest check. */
  dataState(model: string): Promise<DataState>;
  changeDataSchema(model: string, change: SchemaChange): Promise<DataState>;
  /** Leaves a dataset in the store, to be evaluated on. */
  storeDataset(dataset: Dataset): Promise<{ dataset: ArtifactReference }>;
  /** Leaves the records of a batch in the store, however many there are. */
  storeRecords(file: Readable): Promise<{ file: ArtifactReference }>;
  /** What a batch has left. @param id of its workflow */
  batchFiles(id: string): Promise<DirectoryManifest>;
  /** The bytes of one of its files; whoever reads them checks them against its reference. */
  openBatchFile(id: string, file: string): Promise<Readable>;
  /** Preference studies: what people say of two answers. */
  createStudy(request: StudyRequest): Promise<StudyState>;
  study(name: string): Promise<StudyState>;
  preferencePairs(name: string): Promise<PreferencePair[]>;
  /** Rollbacks, newest first. */
  incidents(model: string): Promise<Incident[]>;
  /** Without Temporal: the control process signs it. */
  rollBackDirectly(model: string, request: RollbackRequest): Promise<Decision>;
  evidence(model: string, version: number): Promise<Evidence>;
  packageFiles(model: string, version: number): Promise<DirectoryManifest>;
  /** A version described in Markdown, with the front matter that Hugging Face reads. */
  modelCard(model: string, version: number): Promise<string>;
  /** The bytes of a file of a package; whoever reads them checks them against its reference. */
  openPackageFile(model: string, version: number, file: string): Promise<Readable>;
  ledger(model: string): Promise<LedgerEntry[]>;
  verifyLedger(model: string): Promise<Verification[number]>;
  /** The ledgers of all models. */
  verifyLedgers(): Promise<Verification>;
  /** Reads every byte of a version's package. */
  inspectVersion(model: string, version: number): Promise<Inspection>;
  /** Versions in service of which something is gone, or that a gateway refuses. */
  damage(): Promise<Inspection[]>;
  /** What a version was made from. */
  provenance(model: string, version: number): Promise<Provenance>;
  /** The keys whose signatures count where the control process runs. */
  keys(): Promise<TrustList>;
  served(model: string, at: Date): Promise<RoutingDocument | undefined>;
  /** Where the store is, and what it lacks. */
  store(): Promise<StoreFacts>;
  sizes(): Promise<Sizes>;
  collectGarbage(request: CollectionRequest): Promise<CollectionReport>;
  holds(): Promise<Hold[]>;
  hold(request: { digest: string; reason: string; by: string }): Promise<Hold>;
  release(digest: string): Promise<{ released: boolean }>;
  /** Where people read the report of an evaluation on a dataset. @param id of its workflow */
  datasetReportUrl(id: string): string;
  /** Where people read what a rollback cost. */
  incidentUrl(model: string, generation: number): string;
  /** Where people read the report of a version. */
  reportUrl(model: string, version: number): string;
}

/** What looks at everything that there is takes its time. */
const answerWithinMs = 3_600_000;

interface Sent {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

const posted = (sent: object) => ({
  headersTimeout: answerWithinMs,
  method: 'POST' as const,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(sent),
});

/** @param url such as `http://127.0.0.1:8090` */
export function createControlApi(url: string): ControlApi {
  // An address at which nothing is takes no longer to be told of than one that refuses.
  const dispatcher = new Agent({ connect: { timeout: connectTimeoutMs } });
  const ask = (path: string, sent: Partial<ReturnType<typeof posted> | Sent> = {}) =>
    request(new URL(path, url), { dispatcher, ...sent }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ControlApiError(
        0,
        `the control API at ${url} does not answer (${reason}); \`coppice up\` starts the local stack`,
      );
    });
  /** @param sent as JSON by POST, where there is something */
  const get = async <T>(path: string, schema: z.ZodType<T>, sent?: object): Promise<T> =>
    answered(path, schema, await ask(path, sent && posted(sent)));
  const answered = async <T>(
    path: string,
    schema: z.ZodType<T>,
    { statusCode, body }: Awaited<ReturnType<typeof ask>>,
  ): Promise<T> => {
    const value: unknown = await body.json().catch(() => undefined);
    if (statusCode >= 400) {
      const problem = problemSchema.safeParse(value);
      throw new ControlApiError(
        statusCode,
        problem.success ? problem.data.error.message : `${path} answered with status ${statusCode}`,
      );
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new ControlApiError(
      statusCode,
      `${path} answered something else: ${z.prettifyError(parsed.error)}`,
    );
  };
  const open = async (path: string): Promise<Readable> => {
    const { statusCode, body } = await ask(path);
    if (statusCode === 200) return body;
    await body.dump();
    throw new ControlApiError(statusCode, `${path} answered with status ${statusCode}`);
  };
  /** `batch/<model>/<job>` as a path of the API. */
  const batchPath = (id: string) =>
    `/api/batches/${id.split('/').slice(1).map(encodeURIComponent).join('/')}`;
  const base = (model: string) => `/api/models/${encodeURIComponent(model)}`;
  return {
    models: () => get('/api/models', z.array(modelSummarySchema)),
    versions: (model) => get(`${base(model)}/versions`, z.array(versionSummarySchema)),
    lineage: (model, version, documents) =>
      get(`${base(model)}/versions/${version}/lineage?documents=${documents}`, versionLineageSchema),
    lineageOf: (of) => get(`/api/lineage?of=${encodeURIComponent(of)}`, lineageUsesSchema),
    openLineage: (it) =>
      get(
        'of' in it
          ? `/api/lineage?format=openlineage&of=${encodeURIComponent(it.of)}`
          : `${base(it.model)}/versions/${it.version}/lineage?format=openlineage`,
        z.array(z.looseObject({})),
      ),
    surveyForgetting: (of) => get('/api/forgetting/survey', forgettingSurveySchema, { of }),
    dataState: (model) => get(`${base(model)}/data`, dataStateSchema),
    changeDataSchema: (model, change) => get(`${base(model)}/data/schema`, dataStateSchema, change),
    storeDataset: (dataset) => get('/api/datasets', storedDatasetSchema, dataset),
    storeRecords: async (file) => {
      const sent = {
        method: 'POST' as const,
        headers: { 'content-type': 'application/octet-stream' },
        body: file,
      };
      return answered('/api/batch-records', storedRecordsSchema, await ask('/api/batch-records', sent));
    },
    batchFiles: (id) => get(`${batchPath(id)}/files`, directoryManifestSchema),
    openBatchFile: (id, file) => open(`${batchPath(id)}/files/${encodeURIComponent(file)}`),
    createStudy: (request) => get('/api/studies', studyStateSchema, request),
    study: (name) => get(`/api/studies/${name}`, studyStateSchema),
    preferencePairs: (name) => get(`/api/studies/${name}/pairs`, z.array(preferencePairSchema)),
    incidents: (model) => get(`${base(model)}/incidents`, z.array(incidentSchema)),
    rollBackDirectly: (model, request) => get(`${base(model)}/rollback`, decisionSchema, request),
    evidence: (model, version) => get(`${base(model)}/versions/${version}/evidence`, evidenceSchema),
    packageFiles: (model, version) => get(`${base(model)}/versions/${version}/package`, packageSchema),
    modelCard: async (model, version) => {
      const path = `${base(model)}/versions/${version}/card`;
      const { statusCode, body } = await ask(path);
      const text = await body.text();
      if (statusCode === 200) return text;
      throw new ControlApiError(statusCode, `${path} answered with status ${statusCode}`);
    },
    openPackageFile: (model, version, file) =>
      open(`${base(model)}/versions/${version}/package/${encodeURIComponent(file)}`),
    ledger: (model) => get(`${base(model)}/ledger`, ledgerSchema),
    verifyLedger: (model) => get(`${base(model)}/ledger/verification`, verificationSchema.element),
    verifyLedgers: () => get('/api/verification', verificationSchema),
    inspectVersion: (model, version) => get(`${base(model)}/versions/${version}/damage`, inspectionSchema),
    damage: () => get('/api/damage', z.array(inspectionSchema)),
    provenance: (model, version) => get(`${base(model)}/versions/${version}/provenance`, provenanceSchema),
    keys: () => get('/api/keys', trustListSchema),
    served: async (model, at) =>
      (await get(`${base(model)}/served?at=${at.toISOString()}`, servedSchema)).routing,
    store: () => get('/api/store', storeFactsSchema),
    sizes: () => get('/api/sizes', sizesSchema),
    collectGarbage: (asked) => get('/api/garbage-collection', collectionReportSchema, asked),
    holds: () => get('/api/holds', z.array(holdSchema)),
    hold: (asked) => get('/api/holds', holdSchema, asked),
    release: (digest) => get('/api/holds/release', releasedSchema, { digest }),
    datasetReportUrl: (id) => new URL(`/dataset-evaluations/${id.split('/').at(-1) ?? ''}`, url).href,
    incidentUrl: (model, generation) => new URL(`/models/${model}/incidents/${generation}`, url).href,
    reportUrl: (model, version) => new URL(`/models/${model}/versions/${version}/report`, url).href,
  };
}
