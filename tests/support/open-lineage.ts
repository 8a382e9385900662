// Run events of OpenLineage as its specification says them, for tests: openlineage.io/spec/2-0-2/OpenLineage.json
// (RunEvent, Run, Job, InputDataset, OutputDataset, BaseFacet) and openlineage.io/spec/facets/<version>/<name>.json of the
// facets that Coppice writes. Written from the text, and stricter where strictness helps: a facet that is not known here
// is a mistake. The events were read by openlineage-python 1.54.0 as well.
import { z } from 'zod';

const facet = <T extends z.ZodRawShape>(name: string, version: string, shape: T) =>
  z.strictObject({
    _producer: z.url(),
    _schemaURL: z.literal(`https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`),
    ...shape,
  });

const run = z.object({ runId: z.uuid() });
const job = z.object({ namespace: z.string().min(1), name: z.string().min(1) });

/** Fields may have fields. */
const fieldSchema: z.ZodType = z.lazy(() =>
  z.strictObject({
    name: z.string(),
    type: z.string().optional(),
    description: z.string().optional(),
    fields: z.array(fieldSchema).optional(),
  }),
);

const dataset = {
  namespace: z.string().min(1),
  name: z.string().min(1),
  facets: z
    .strictObject({
      version: facet('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: z.string() }),
      storage: facet('StorageDatasetFacet', '1-0-1', {
        storageLayer: z.string(),
        fileFormat: z.string().optional(),
      }),
      schema: facet('SchemaDatasetFacet', '1-2-0', { fields: z.array(fieldSchema).optional() }).optional(),
    })
    .optional(),
};

export const runEventSchema = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.url(),
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  run: run.extend({
    facets: z.strictObject({
      parent: facet('ParentRunFacet', '1-2-0', { run, job }),
      processing_engine: facet('ProcessingEngineRunFacet', '1-1-1', {
        version: z.string(),
        name: z.string().optional(),
      }),
    }),
  }),
  job: job.extend({
    facets: z.strictObject({
      jobType: facet('JobTypeJobFacet', '2-0-4', {
        processingType: z.enum(['BATCH', 'STREAMING', 'SERVICE']),
        integration: z.string(),
        jobType: z.string().optional(),
      }),
    }),
  }),
  inputs: z.array(z.strictObject(dataset)),
  outputs: z.array(
    z.strictObject({
      ...dataset,
      outputFacets: z.strictObject({
        outputStatistics: facet('OutputStatisticsOutputDatasetFacet', '1-0-2', {
          rowCount: z.number().int().optional(),
          size: z.number().int().optional(),
          fileCount: z.number().int().optional(),
        }),
      }),
    }),
  ),
});
