// Labels from JSONL objects under an S3 prefix, read in the order of their keys.
import type { LabelSourceSpec } from '../contracts/model-spec/collection.ts';
import type { LabelCollector } from './label-lines.ts';
import type { ObjectReader } from './source.ts';

/** Adds the labels of a prefix. Failures of the store pass through: labels that are missing by accident would mislead. */
export async function addLabelObjects(
  { bucket, prefix }: Extract<LabelSourceSpec, { kind: 'label-objects' }>,
  collector: LabelCollector,
  { objects, signal }: { readonly objects: ObjectReader; readonly signal: AbortSignal },
): Promise<void> {
  for await (const { key, sizeBytes } of objects.list(bucket, prefix)) {
    signal.throwIfAborted();
    if (sizeBytes === 0) continue;
    const bytes = await objects.read(bucket, key);
    collector.addLines(Buffer.from(bytes).toString('utf8'), `s3://${bucket}/${key}`);
  }
}
