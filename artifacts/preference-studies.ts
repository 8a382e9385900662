// Preference studies, `preferences/<study>/study.json`, and people's words on them, an object each: a later word of the same
// person on the same comparison takes the place of the earlier.
import { createHash } from 'node:crypto';
import {
  judgementSchema,
  type PreferenceJudgement,
  type PreferenceStudy,
  studySchema,
} from '../contracts/preference-study.ts';
import { parseJson } from './artifact-store.ts';
import { ObjectExists, type ObjectStore, readObject } from './object-store.ts';

export interface PreferenceStudies {
  /** @returns false where there is a study of that name */
  create(study: PreferenceStudy): Promise<boolean>;
  read(name: string): Promise<PreferenceStudy | undefined>;
  names(): Promise<string[]>;
  judge(name: string, judgement: PreferenceJudgement): Promise<void>;
  /** In an order that does not depend on time. */
  judgements(name: string): Promise<PreferenceJudgement[]>;
}

const contentType = 'application/json';
/** Reads of small objects that are under way at once. */
const atOnce = 32;

export function openPreferenceStudies(objects: ObjectStore): PreferenceStudies {
  const root = 'preferences/';
  const studyKey = (name: string) => `${root}${name}/study.json`;
  const judgementsOf = (name: string) => `${root}${name}/judgements/`;

  return {
    create: async (study) => {
      try {
        await objects.put(studyKey(study.name), Buffer.from(JSON.stringify(study)), {
          contentType,
          ifNoneMatch: true,
        });
        return true;
      } catch (error) {
        if (error instanceof ObjectExists) return false;
        throw error;
      }
    },
    read: async (name) => {
      const bytes = await readObject(objects, studyKey(name));
      return bytes === undefined ? undefined : parseJson(bytes.toString('utf8'), studySchema, studyKey(name));
    },
    names: async () => {
      const names: string[] = [];
      for await (const { key } of objects.list(root))
        if (key.endsWith('/study.json')) names.push(key.split('/')[1]);
      return names;
    },
    judge: async (name, judgement) => {
      const { item, pair, by } = judgement;
      const key = `${judgementsOf(name)}${digest([item, ...[...pair].sort()])}/${digest([by])}.json`;
      await objects.put(key, Buffer.from(JSON.stringify(judgement)), { contentType });
    },
    judgements: async (name) => {
      const keys: string[] = [];
      for await (const { key } of objects.list(judgementsOf(name))) keys.push(key);
      const found: PreferenceJudgement[] = [];
      for (let at = 0; at < keys.length; at += atOnce) {
        const read = keys
          .slice(at, at + atOnce)
          .map(async (key) => parseJson((await objects.read(key)).toString('utf8'), judgementSchema, key));
        found.push(...(await Promise.all(read)));
      }
      return found;
    },
  };
}

/** Names of people and prompts are no names of objects. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
