// Lineage records as run events of OpenLineage 1.x (openlineage.io/spec/2-0-2/OpenLineage.json, which versions apart from
// the project's releases): a START and a COMPLETE for each step, datasets by where they stand in the store
// (openlineage.io/docs/spec/naming, S3), facets of the versions that are named here.
import { createHash } from 'node:crypto';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { LineageRecord } from '../../contracts/lineage.ts';
import { blobKey } from '../blobs.ts';
import type { StoredRecord } from '../lineage.ts';
import { stepOf } from './carried.ts';

const producer = 'urn:coppice:0.1.0';
const eventSchema = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const facetVersions = {
  SchemaDatasetFacet: '1-2-0',
  DatasetVersionDatasetFacet: '1-0-1',
  StorageDatasetFacet: '1-0-1',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  ParentRunFacet: '1-2-0',
  ProcessingEngineRunFacet: '1-1-1',
  JobTypeJobFacet: '2-0-4',
} as const;

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: object;
  readonly outputFacets?: object;
}

export interface RunEvent {
  readonly eventType: 'START' | 'COMPLETE';
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: object };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: object };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/**
 * @param bucket of artifacts: the namespace of the datasets
 * @returns two events a record, in the order of their times
 */
export function toOpenLineage(records: readonly StoredRecord[], bucket: string): RunEvent[] {
  const inOrder = [...records].sort((a, b) => a.record.endedAt.localeCompare(b.record.endedAt));
  const events = inOrder.flatMap(({ reference, record }) => {
    const run = { runId: uuidOf(reference.digest), facets: runFacets(record) };
    const job = { namespace: 'coppice', name: `${record.model}/${stepOf(record)}`, facets: jobFacets() };
    const common = { producer, schemaURL: eventSchema, run, job };
    const inputs = [
      ...sourcesOf(record),
      ...Object.entries(record.inputs).map(([role, input]) => datasetOf(role, input, bucket)),
    ];
    const outputs = Object.entries(record.outputs).map(([role, output]) => ({
      ...datasetOf(role, output, bucket),
      outputFacets: { outputStatistics: facet('OutputStatisticsOutputDatasetFacet', statisticsOf(output)) },
    }));
    return [
      { eventType: 'START' as const, eventTime: record.startedAt, ...common, inputs, outputs: [] },
      { eventType: 'COMPLETE' as const, eventTime: record.endedAt, ...common, inputs, outputs },
    ];
  });
  return events.sort((a, b) => a.eventTime.localeCompare(b.eventTime)); // stable: an end before what began with it
}

function facet(name: keyof typeof facetVersions, content: object): object {
  const _schemaURL = `https://openlineage.io/spec/facets/${facetVersions[name]}/${name}.json#/$defs/${name}`;
  return { _producer: producer, _schemaURL, ...content };
}

/** The parent is the lifecycle that the step ran for. */
function runFacets({ model, runId }: LineageRecord): object {
  return {
    parent: facet('ParentRunFacet', {
      run: { runId: uuidOf(runId) },
      job: { namespace: 'coppice', name: `${model}/lifecycle` },
    }),
    processing_engine: facet('ProcessingEngineRunFacet', { version: '0.1.0', name: 'coppice' }),
  };
}

const jobFacets = (): object => ({
  jobType: facet('JobTypeJobFacet', { processingType: 'BATCH', integration: 'COPPICE', jobType: 'STAGE' }),
});

/** A run id must be a UUID: one of version 8 (RFC 9562, section 5.8), the same for the same text each time. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function datasetOf(role: string, reference: ArtifactReference, bucket: string): Dataset {
  const fields = Object.hasOwn(columns, role) ? columns[role] : undefined;
  return {
    namespace: `s3://${bucket}`,
    name: blobKey(reference.digest),
    facets: {
      version: facet('DatasetVersionDatasetFacet', { datasetVersion: reference.digest }),
      storage: facet('StorageDatasetFacet', { storageLayer: 's3', fileFormat: formatOf(reference) }),
      ...(fields && { schema: facet('SchemaDatasetFacet', { fields }) }),
    },
  };
}

const text = (...names: string[]) => names.map((name) => ({ name, type: 'string' }));
const origin = text('id', 'source', 'uri', 'digest', 'collectedAt', 'time', 'licence');

/** The columns of what has some, by role: the lines of contracts/document.ts and contracts/training-job.ts. */
const columns: Readonly<Record<string, readonly object[]>> = {
  documents: [...origin, { name: 'content', type: 'struct', fields: text('mediaType', 'encoding', 'data') }],
  corpus: [...origin, ...text('text')],
  dropped: text('id', 'uri', 'digest', 'step', 'reason'),
  labels: text('document', 'label', 'at'),
  tokens: [
    { name: 'ids', type: 'uint16[]' },
    { name: 'length', type: 'uint16' },
  ],
  training: [
    { name: 'row', type: 'integer' },
    { name: 'label', type: 'integer' },
  ],
  holdout: [
    { name: 'row', type: 'integer' },
    { name: 'label', type: 'integer' },
  ],
};

function formatOf({ mediaType }: ArtifactReference): string {
  if (mediaType === mediaTypes.directory) return 'directory';
  return mediaType.includes('jsonl') ? 'jsonl' : (/[+/]([\w-]+)(?:;|$)/.exec(mediaType)?.[1] ?? mediaType);
}

function statisticsOf({ annotations, sizeBytes }: ArtifactReference): object {
  const rows = Number(annotations['records']);
  return { size: sizeBytes, ...(Number.isInteger(rows) && { rowCount: rows }) };
}

/** What a collection read outside, as its parameters describe it. */
function sourcesOf({ stage, parameters }: LineageRecord): Dataset[] {
  if (stage !== 'collection' || typeof parameters !== 'object' || parameters === null) return [];
  const { sources, labels } = parameters as { sources?: unknown; labels?: unknown };
  return [sources, labels].flatMap((list) => (Array.isArray(list) ? list.flatMap(sourceDataset) : []));
}

function sourceDataset(source: unknown): Dataset[] {
  const { path, bucket, prefix, url } = source as Readonly<Record<string, unknown>>;
  if (typeof bucket === 'string')
    return [
      { namespace: `s3://${bucket}`, name: typeof prefix === 'string' && prefix !== '' ? prefix : '/' },
    ];
  if (typeof path === 'string') return [{ namespace: 'file', name: path }];
  return typeof url === 'string' ? [{ namespace: new URL(url).origin, name: new URL(url).pathname }] : [];
}
