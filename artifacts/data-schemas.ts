// Data schemas by model, `data-schemas/<model>/00001.json` and on, never written twice; beside them the newest check, and
// the data that was last accepted: what later data is new against.
import { z } from 'zod';
import { artifactReferenceSchema } from '../contracts/artifact.ts';
import {
  type DataCheck,
  dataCheckSchema,
  type SchemaRevision,
  schemaRevisionSchema,
} from '../contracts/data-validation.ts';
import { parseJson } from './artifact-store.ts';
import { ObjectExists, type ObjectStore, readObject } from './object-store.ts';

const acceptedSchema = z.object({
  corpus: artifactReferenceSchema,
  labels: artifactReferenceSchema.exactOptional(),
});
/** Data of a run: clean documents and their labels. */
export type AcceptedData = z.infer<typeof acceptedSchema>;

export interface DataSchemas {
  /** The first revision first. */
  revisions(model: string): Promise<SchemaRevision[]>;
  /** @returns undefined where nothing was inferred yet */
  current(model: string): Promise<SchemaRevision | undefined>;
  /** @returns the next revision, or what somebody else wrote in its place meanwhile */
  add(model: string, next: SchemaRevision): Promise<SchemaRevision>;
  /** Of the run whose data was accepted last. */
  accepted(model: string): Promise<AcceptedData | undefined>;
  accept(model: string, data: AcceptedData): Promise<void>;
  lastCheck(model: string): Promise<DataCheck | undefined>;
  keepCheck(model: string, check: DataCheck): Promise<void>;
}

export function openDataSchemas(objects: ObjectStore): DataSchemas {
  const folder = (model: string) => `data-schemas/${model}/`;
  const acceptedKey = (model: string) => `${folder(model)}accepted.json`;
  const checkKey = (model: string) => `${folder(model)}last-check.json`;
  const write = (key: string, value: object) =>
    objects.put(key, Buffer.from(JSON.stringify(value)), { contentType: 'application/json' });
  const read = async <T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const bytes = await readObject(objects, key);
    return bytes === undefined ? undefined : parseJson(bytes.toString('utf8'), schema, key);
  };

  const keys = async (model: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of objects.list(folder(model))) if (/\/\d{5}\.json$/.test(key)) found.push(key);
    return found;
  };
  const readRevision = async (key: string): Promise<SchemaRevision> =>
    parseJson((await objects.read(key)).toString('utf8'), schemaRevisionSchema, key);

  return {
    revisions: async (model) => Promise.all((await keys(model)).map(readRevision)),
    current: async (model) => {
      const newest = (await keys(model)).at(-1);
      return newest === undefined ? undefined : readRevision(newest);
    },
    add: async (model, next) => {
      const key = `${folder(model)}${String(next.revision).padStart(5, '0')}.json`;
      try {
        await objects.put(key, Buffer.from(JSON.stringify(next)), {
          contentType: 'application/json',
          ifNoneMatch: true,
        });
        return next;
      } catch (error) {
        if (!(error instanceof ObjectExists)) throw error;
        return readRevision(key);
      }
    },
    accepted: (model) => read(acceptedKey(model), acceptedSchema),
    accept: (model, { corpus, labels }) => write(acceptedKey(model), { corpus, ...(labels && { labels }) }),
    lastCheck: (model) => read(checkKey(model), dataCheckSchema),
    keepCheck: (model, check) => write(checkKey(model), check),
  };
}
