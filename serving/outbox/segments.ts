// Segments of an outbox: files of lines, each a record with a check of its bytes. A segment's name says when it was begun
// and by whom, and is also the name of the object that it becomes: whoever ships it, however often, writes the same one.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { modelNameSchema } from '../../contracts/model-spec/model-spec.ts';
import { recordedSchema } from '../../contracts/observation.ts';

const entrySchema = z.object({ model: modelNameSchema, record: recordedSchema });
/** A record, and the model that it is about. */
export type OutboxEntry = z.infer<typeof entrySchema>;

const nameForm = /^\d{1,15}-[\w.%-]{1,200}-\d{6,12}\.jsonl$/;

/** @param replica as it may stand in the name of a file */
export function segmentName(beganAt: Date, replica: string, sequence: number): string {
  return `${beganAt.getTime()}-${replica}-${String(sequence).padStart(6, '0')}.jsonl`;
}

export const isSegmentName = (name: string): boolean => nameForm.test(name);

export const segmentTime = (name: string): Date => new Date(Number.parseInt(name, 10));

/** @example encodeLine({ model, record }) → '1f0c93aa {"model":"mail-filter","record":{…}}\n' */
export function encodeLine(entry: OutboxEntry): string {
  const json = JSON.stringify(entry);
  return `${checkOf(json)} ${json}\n`;
}

/** Eight hexadecimal digits of the SHA-256: enough to tell what the disk did to a line. */
const checkOf = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 8);

export interface SegmentContent {
  readonly entries: readonly OutboxEntry[];
  /** Lines that are not what was written. */
  readonly damaged: readonly string[];
  /** The last line has no end: its writer was killed, and had not acknowledged it. */
  readonly torn: boolean;
}

export function readSegment(bytes: Buffer): SegmentContent {
  const lines = bytes.toString('utf8').split('\n');
  const torn = lines.pop() !== '';
  const entries: OutboxEntry[] = [];
  const damaged: string[] = [];
  for (const line of lines) {
    const entry = decodeLine(line);
    if (entry) entries.push(entry);
    else damaged.push(line);
  }
  return { entries, damaged, torn };
}

function decodeLine(line: string): OutboxEntry | undefined {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${checkOf(json)} `) return undefined;
  try {
    return entrySchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
