import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toOpenLineage } from '../../../../artifacts/lineage/open-lineage.ts';
import type { StoredRecord } from '../../../../artifacts/lineage.ts';
import { type ArtifactReference, mediaTypes } from '../../../../contracts/artifact.ts';
import { runEventSchema } from '../../../support/open-lineage.ts';

const artifact = (digit: string, mediaType: string, annotations = {}): ArtifactReference => ({
  digest: `sha256:${digit.repeat(64)}`,
  mediaType,
  sizeBytes: 7,
  annotations,
});
const documents = artifact('1', mediaTypes.directory);
const labels = artifact('2', mediaTypes.labels, { records: '5' });
const corpus = artifact('3', mediaTypes.directory);

const collection: StoredRecord = {
  reference: artifact('a', mediaTypes.lineage),
  record: {
    ...{ stage: 'collection', model: 'mail-filter', runId: 'lifecycle/mail-filter/1' },
    ...{ inputs: {}, outputs: { documents, labels }, codeVersion: 'c0de', metrics: {}, cached: false },
    parameters: {
      sources: [
        { kind: 'mail-folder', name: 'inbox', path: '/var/mail' },
        { kind: 'object-prefix', name: 'archive', bucket: 'mails', prefix: '2026/' },
      ],
      labels: [{ kind: 'label-objects', bucket: 'labels' }],
    },
    ...{ startedAt: '2026-05-01T10:00:00.000Z', endedAt: '2026-05-01T10:00:09.000Z' },
  },
};
const cleaning: StoredRecord = {
  reference: artifact('b', mediaTypes.lineage),
  record: {
    ...collection.record,
    ...{ stage: 'cleaning', inputs: { documents }, outputs: { corpus }, parameters: {} },
    ...{ startedAt: '2026-05-01T10:00:09.000Z', endedAt: '2026-05-01T10:00:11.000Z' },
  },
};

describe('OpenLineage events', () => {
  const events = toOpenLineage([cleaning, collection], 'coppice-artifacts');

  it('are run events of the specification', () => {
    expect(z.array(runEventSchema).safeParse(events).error).toBeUndefined();
  });

  it('come in pairs, in the order of their times, each step below the run that it was for', () => {
    expect(events.map(({ job, eventType }) => `${job.name} ${eventType}`)).toEqual([
      'mail-filter/collection START',
      'mail-filter/collection COMPLETE',
      'mail-filter/cleaning START',
      'mail-filter/cleaning COMPLETE',
    ]);
    const parsed = z.array(runEventSchema).parse(events);
    expect(new Set(parsed.map(({ run }) => run.runId)).size).toBe(2);
    expect(new Set(parsed.map(({ run }) => run.facets.parent.run.runId)).size).toBe(1);
    expect(toOpenLineage([collection], 'b')[0].run.runId).toBe(events[0].run.runId); // told again, it is the same run
  });

  it('name datasets by where they stand, so that an output is the input of the next, and sources as they are outside', () => {
    const [, collected, , cleaned] = events;
    const named = (list: (typeof events)[0]['inputs']) =>
      list.map(({ namespace, name }) => `${namespace} ${name}`);
    expect(named(collected.inputs)).toEqual(['file /var/mail', 's3://mails 2026/', 's3://labels /']);
    expect(named(collected.outputs)[0]).toBe(`s3://coppice-artifacts blobs/sha256/${'1'.repeat(64)}`);
    expect(named(cleaned.inputs)).toEqual([named(collected.outputs)[0]]);
    expect(collected.outputs[1]).toMatchObject({
      facets: {
        version: { datasetVersion: labels.digest },
        storage: { fileFormat: 'jsonl' },
        schema: { fields: [{ name: 'document' }, { name: 'label' }, { name: 'at' }] },
      },
      outputFacets: { outputStatistics: { rowCount: 5, size: 7 } },
    });
  });
});
