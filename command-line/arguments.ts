// Arguments that several verbs take, checked before anything is asked of a service.
import { type Digest, digestSchema } from '../contracts/artifact.ts';
import { modelNameSchema } from '../contracts/model-spec/model-spec.ts';
import { parseVersion } from '../contracts/registry.ts';

/** An argument is not what it should be; nothing was started. */
export class BadArgument extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadArgument';
  }
}

/** @throws BadArgument where the text is not `<model>@<number>` */
export function versionArgument(text: string): { model: string; version: number } {
  const parsed = parseVersion(text);
  if (!parsed) throw new BadArgument(`expected <model>@<number>, such as mail-filter@2, not ${text}`);
  return parsed;
}

/** @throws BadArgument where the text cannot be the name of a model */
export function modelArgument(text: string): string {
  const { error } = modelNameSchema.safeParse(text);
  if (error) throw new BadArgument(`${text} is no name of a model: ${error.issues[0].message}`);
  return text;
}

/** @throws BadArgument where the text names nothing: an empty variable of a shell, most often */
export function runArgument(text: string): string {
  if (text.trim() === '') throw new BadArgument('expected a workflow id, not nothing');
  return text;
}

/** @throws BadArgument where the text is not a digest */
export function digestArgument(option: string, text: string): Digest {
  const { error } = digestSchema.safeParse(text);
  if (error) throw new BadArgument(`${option}: ${error.issues[0].message}, not ${text}`);
  return text;
}

/** @throws BadArgument where the text is not a time */
export function timeArgument(option: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new BadArgument(`${option}: expected a time in ISO 8601, not ${text}`);
  return time;
}

/** @throws BadArgument where the text is not a whole number from 0 on */
export function countArgument(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new BadArgument(`${option}: expected a whole number, not ${text}`);
  return Number(text);
}
