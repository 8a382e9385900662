// A corpus as a directory of shards: gzipped JSONL files whose names sort in the order of the documents.
import type { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { canonicalJson } from '../artifacts/canonical-json.ts';
import { readJsonLines, writeLines } from '../artifacts/json-lines.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';

/** Documents a shard: a few MB of mail, small enough to hold several in memory. */
const shardSize = 1_000;

/** A shard of long documents has fewer: what reads one whole has it as text, and as objects. */
const shardCharacters = 16 * 1024 * 1024;

/** What gzip makes of text, for shards that do not say how long they are. */
const usualRatio = 4;

/** @returns UTF-16 units of a shard, unpacked */
export function charactersOf({ annotations, sizeBytes }: ArtifactReference): number {
  return Number(annotations['characters'] ?? usualRatio * sizeBytes);
}

/** @param position from 0, in the order of the documents */
export function shardName(position: number): string {
  return `${String(position).padStart(5, '0')}.jsonl.gz`;
}

/** Writes documents shard by shard; keeps one shard in memory. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- says what the shards hold
export function createShardWriter<T>(artifacts: ArtifactStore, mediaType: string) {
  const files: Record<string, ArtifactReference> = {};
  let pending: string[] = [];
  let characters = 0;
  const flush = async () => {
    if (pending.length === 0) return;
    files[shardName(Object.keys(files).length)] = await writeLines(artifacts, pending, mediaType);
    pending = [];
    characters = 0;
  };
  return {
    /**
     * @param isLast whether the shard ends with it however few there are
     * @returns whether a shard was written with it
     */
    add: async (item: T, isLast = false): Promise<boolean> => {
      const line = canonicalJson(item);
      pending.push(line);
      characters += line.length;
      if (pending.length < shardSize && characters < shardCharacters && !isLast) return false;
      await flush();
      return true;
    },
    /** The shards written so far. */
    files: (): Readonly<Record<string, ArtifactReference>> => ({ ...files }),
    /** Takes over shards that exist already, before anything is added. */
    adopt: (shards: Readonly<Record<string, ArtifactReference>>): void => {
      Object.assign(files, shards);
    },
    close: async (): Promise<ArtifactReference> => {
      await flush();
      return artifacts.putDirectory(files);
    },
  };
}

/** Reads a corpus in its order. */
export async function* readShards<T>(
  artifacts: ArtifactStore,
  directory: ArtifactReference,
  schema: z.ZodType<T>,
): AsyncGenerator<T> {
  const { files } = await artifacts.readDirectory(directory);
  for (const name of Object.keys(files).sort()) yield* readJsonLines(artifacts, files[name], schema);
}
