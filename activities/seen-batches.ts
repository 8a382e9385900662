// What batches of a corpus left for those after them, as artifacts: sorted records and texts of each step that compares.
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines, writeJsonLines } from '../artifacts/json-lines.ts';
import type { ArtifactReference, DirectoryManifest } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import { type Remembered, type SeenBatch, textsABlock } from '../pipeline/cleaning/duplicates/comparison.ts';
import { recordLength } from '../pipeline/cleaning/duplicates/records.ts';

const recordBytes = recordLength * Uint32Array.BYTES_PER_ELEMENT;

/** Files of one batch, by the position of the step: its records as little-endian numbers, its texts a line each. */
const recordsName = (position: number): string => `${position}/records`;
const textsName = (position: number, block: number): string => `${position}/texts-${block}`;

const lineSchema = z.object({ text: z.string() });

/** @returns those files of a batch that hold texts, and can be looked into for a document */
export function textFilesOf(files: DirectoryManifest['files']): DirectoryManifest['files'] {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name.includes('/texts-')));
}

/** @returns the files of what a step remembers of a batch, by name */
export async function writeRemembered(
  artifacts: ArtifactStore,
  position: number,
  { records, texts }: Remembered,
): Promise<Record<string, ArtifactReference>> {
  const bytes = new Uint8Array(records.buffer, records.byteOffset, records.byteLength);
  const files: Record<string, ArtifactReference> = {
    [recordsName(position)]: await artifacts.putBytes(bytes, { mediaType: mediaTypes.records }),
  };
  for (let block = 0; block * textsABlock < texts.length; block += 1) {
    const some = texts.slice(block * textsABlock, (block + 1) * textsABlock);
    files[textsName(position, block)] = await writeJsonLines(artifacts, some);
  }
  return files;
}

/** @param left of each batch what it left; of one of them is in memory what its files are called */
export async function* seenBatches(
  artifacts: ArtifactStore,
  left: readonly ArtifactReference[],
  position: number,
): AsyncGenerator<SeenBatch> {
  for (const directory of left) {
    const { files } = await artifacts.readDirectory(directory);
    yield openSeen(artifacts, files, position);
  }
}

/** @param files of a batch; one block of its texts is in memory at a time */
function openSeen(artifacts: ArtifactStore, files: DirectoryManifest['files'], position: number): SeenBatch {
  return {
    records: async function* () {
      yield* wholeRecords(await artifacts.openStream(files[recordsName(position)]));
    },
    texts: async (block) => {
      const texts: string[] = [];
      for await (const { text } of readJsonLines(artifacts, files[textsName(position, block)], lineSchema))
        texts.push(text);
      return texts;
    },
  };
}

/** Pieces of a stream end anywhere; a record that is cut waits for its rest. */
async function* wholeRecords(stream: Readable): AsyncGenerator<Uint32Array, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % recordBytes);
    rest = bytes.subarray(whole);
    if (whole > 0) yield new Uint32Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
  }
}
