// Files and batches in the store, under `openai/`: any gateway can answer for them, and one that starts again finds all.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { parseJson } from '../../artifacts/artifact-store.ts';
import { type ObjectStore, putIfAbsent, readObject } from '../../artifacts/object-store.ts';
import { type Batch, type BatchFile, batchSchema, fileSchema } from './batch-schemas.ts';

/** What became of some requests: lines of the two output files. */
const partSchema = z.object({ answers: z.array(z.string()), errors: z.array(z.string()) });
export type Part = z.infer<typeof partSchema>;

const prefix = 'openai/';
const jsonType = { contentType: 'application/json' };
const idPattern = /^(file|batch)-[0-9a-f-]{1,60}$/;

export type BatchStore = ReturnType<typeof createBatchStore>;

export function createBatchStore(objects: ObjectStore, now: () => Date = () => new Date()) {
  const fileKey = (id: string): string => `${prefix}files/${id}.json`;
  const contentKey = (id: string): string => `${prefix}contents/${id}`;
  const batchKey = (id: string): string => `${prefix}batches/${id}.json`;
  const cancelKey = (id: string): string => `${prefix}cancelled/${id}`;
  const partKey = (id: string, place: number): string =>
    `${prefix}parts/${id}/${String(place).padStart(6, '0')}.json`;

  const read = async <T>(key: string, id: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    if (!idPattern.test(id)) return undefined; // no path into other places
    const bytes = await readObject(objects, key);
    return bytes && parseJson(bytes.toString(), schema, key);
  };
  const write = (key: string, value: object): Promise<void> =>
    objects.put(key, Buffer.from(JSON.stringify(value)), jsonType);
  const readAll = async <T>(folder: string, schema: z.ZodType<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const { key } of objects.list(`${prefix}${folder}/`)) {
      const bytes = await readObject(objects, key);
      if (bytes) found.push(parseJson(bytes.toString(), schema, key));
    }
    return found;
  };

  return {
    now,
    /** @param id given where the same file may be written again by who goes on with a batch */
    writeFile: async (
      content: Buffer,
      { id = `file-${randomUUID()}`, ...named }: Pick<BatchFile, 'filename' | 'purpose'> & { id?: string },
    ): Promise<BatchFile> => {
      const created = Math.floor(now().getTime() / 1_000);
      const file: BatchFile = {
        ...{ id, object: 'file', bytes: content.length, created_at: created, ...named, status: 'processed' },
      };
      await objects.put(contentKey(id), content, { contentType: 'application/jsonl' });
      await write(fileKey(id), file);
      return file;
    },
    readFile: (id: string) => read(fileKey(id), id, fileSchema),
    /** Of a file that is there. */
    openFile: async (id: string): Promise<Readable> => (await objects.get(contentKey(id))).stream,
    listFiles: () => readAll('files', fileSchema),
    removeFile: async (id: string): Promise<void> => {
      await objects.remove(fileKey(id));
      await objects.remove(contentKey(id));
    },

    writeBatch: (batch: Batch) => write(batchKey(batch.id), batch),
    readBatch: (id: string) => read(batchKey(id), id, batchSchema),
    listBatches: () => readAll('batches', batchSchema),
    /** Only who holds the batch writes it: that it should end stands beside it. */
    cancel: (id: string) => write(cancelKey(id), { at: now().toISOString() }),
    isCancelled: async (id: string): Promise<boolean> => (await objects.stat(cancelKey(id))) !== undefined,

    /** Of two gateways that both believe to hold a batch the first one's part counts. */
    writePart: (id: string, place: number, part: Part) =>
      putIfAbsent(objects, partKey(id, place), Buffer.from(JSON.stringify(part))),
    readPart: (id: string, place: number) => read(partKey(id, place), id, partSchema),
  };
}
