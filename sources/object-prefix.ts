// A prefix in an S3 bucket that is watched: each run brings the objects that are new or have changed.
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { documentOf, looksBinary } from './content.ts';
import { collectEntries, type FoundState, type SourceEntry } from './entries.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { ObjectEntry, ObjectReader, Source } from './source.ts';

/** Makes the source of kind `object-prefix`. An object may come anywhere among the keys, so every key is looked at. */
export function createObjectPrefixSource(
  spec: Extract<SourceSpec, { kind: 'object-prefix' }>,
  { objects, now }: { readonly objects: ObjectReader; readonly now: () => Date },
): Source {
  const { name: source, bucket, prefix, mediaType, maximumObjectBytes, licence } = spec;

  async function* open(
    { key, sizeBytes }: ObjectEntry,
    place: { uri: string; state: number },
  ): AsyncGenerator<FoundState> {
    const { uri, state } = place;
    const isSmall = sizeBytes <= maximumObjectBytes;
    const bytes = isSmall ? await objects.read(bucket, key, maximumObjectBytes) : undefined;
    if (bytes === undefined || bytes.length > maximumObjectBytes)
      yield { state, problem: { uri, reason: `larger than ${maximumObjectBytes} bytes` } };
    else if (mediaType.startsWith('text/') && looksBinary(bytes))
      yield { state, problem: { uri, reason: 'not text' } };
    else {
      const origin = { source, name: key.slice(prefix.length), uri, mediaType, collectedAt: now(), licence };
      yield { state, document: documentOf(bytes, origin) };
    }
  }

  async function* entries(): AsyncGenerator<SourceEntry> {
    for await (const entry of objects.list(bucket, prefix)) {
      if (entry.key.endsWith('/') && entry.sizeBytes === 0) continue; // consoles make such objects to show a folder
      const uri = `s3://${bucket}/${entry.key}`;
      const state = fingerprint(entry.key, entry.sizeBytes, entry.etag);
      yield { uri, state, open: () => open(entry, { uri, state }) };
    }
  }

  return {
    name: source,
    collect: (cursor, signal) => collectEntries(entries(), openSeenEntries(cursor), signal),
  };
}
