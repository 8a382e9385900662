// Shards of records: gzipped JSON lines, written and read one record at a time.
import { pipeline, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { z } from 'zod';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { parseJson } from './artifact-store.ts';
import { canonicalJson } from './canonical-json.ts';

/** Records are gathered to this size before they are compressed: one call a line would cost more than the gzip. */
const batchCharacters = 64 * 1024;

/**
 * Writes a shard. The same records give the same digest: members are sorted, and gzip is told no time.
 * @returns the reference, annotated as `writeLines` does
 */
export async function writeJsonLines(
  store: ArtifactStore,
  records: Iterable<unknown> | AsyncIterable<unknown>,
  mediaType: string = mediaTypes.jsonLines,
): Promise<ArtifactReference> {
  async function* lines(): AsyncGenerator<string> {
    for await (const record of records) yield canonicalJson(record);
  }
  return writeLines(store, lines(), mediaType);
}

/**
 * Writes a shard of lines that are canonical JSON already.
 * @returns the reference, annotated with `records`, how many there are, and `characters`, UTF-16 units unpacked
 */
export async function writeLines(
  store: ArtifactStore,
  lines: Iterable<string> | AsyncIterable<string>,
  mediaType: string,
): Promise<ArtifactReference> {
  let count = 0;
  let characters = 0;
  async function* batches(): AsyncGenerator<string> {
    let batch = '';
    for await (const line of lines) {
      batch += `${line}\n`;
      characters += line.length + 1;
      count += 1;
      if (batch.length < batchCharacters) continue;
      yield batch;
      batch = '';
    }
    if (batch !== '') yield batch;
  }
  // Level 6 explicitly: the default is zlib's to change, and the digest depends on it.
  const gzip = pipeline(
    Readable.from(batches(), { objectMode: false }),
    createGzip({ level: 6 }),
    () => undefined,
  );
  const reference = await store.putStream(gzip, { mediaType });
  const counts = { records: String(count), characters: String(characters) };
  return { ...reference, annotations: { ...reference.annotations, ...counts } };
}

/** The lines of a gzipped text; an unfinished last line counts. Leaves the source open where the text ends early. */
async function* linesOf(compressed: Readable): AsyncGenerator<string, void, undefined> {
  const text = compressed.pipe(createGunzip());
  compressed.once('error', (error) => text.destroy(error));
  text.setEncoding('utf8');
  let rest = '';
  for await (const chunk of text as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Reads a shard, line by line; memory is bounded by the longest line. The digest is verified at the end.
 * @throws CoppiceFailure ArtifactCorrupt, ArtifactNotFound; InvalidInput naming a line that is not what the schema says
 */
export async function* readJsonLines<T>(
  store: ArtifactStore,
  reference: ArtifactReference,
  schema: z.ZodType<T>,
): AsyncGenerator<T, void, undefined> {
  const compressed = await store.openStream(reference);
  let line = 0;
  try {
    for await (const record of linesOf(compressed)) {
      line += 1;
      yield parseJson(record, schema, `line ${line} of ${reference.digest} (${reference.mediaType})`);
    }
    // Bytes after the end of the gzip are not in its text, and yet in the digest.
    await finished(compressed.resume());
  } catch (error) {
    // Damaged bytes show as broken gzip or JSON long before their end: whose fault it is, the digest says.
    compressed.unpipe();
    await finished(compressed.resume());
    if (error instanceof CoppiceFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CoppiceFailure('InvalidInput', `${reference.digest} is not gzipped JSON lines: ${reason}`);
  } finally {
    compressed.destroy();
  }
}
