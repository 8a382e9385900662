// Labelled texts as JSON lines: `{ "text": …, "labels": ["spam"] }`, or `"label": "spam"`; no label: none of them.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { LabelledText } from '../../pipeline/cleaning/text-classifier/text-classifier.ts';

const label = z.string().regex(/^[a-z][a-z\d-]{0,62}$/, 'expected lower-case letters, digits and hyphens');
const lineSchema = z
  .object({ text: z.string(), labels: z.array(label).optional(), label: label.optional() })
  .refine((it) => it.labels !== undefined || it.label !== undefined, 'expected label or labels');

/** What was asked for cannot be done; the message is for whoever asked. */
export class BadJob extends Error {
  override readonly name = 'BadJob';
}

/** Lines that are kept in memory; more would not make a linear classifier better. */
const mostLines = 1_000_000;

/** @throws BadJob with the number of the first line that is none */
export async function readJsonLines<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const found: T[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() === '') continue;
      if (found.length >= mostLines) throw new BadJob(`${path} has more than ${mostLines} lines`);
      const parsed = schema.safeParse(parseJson(line));
      if (!parsed.success) throw new BadJob(`${path}, line ${number}: ${parsed.error.issues[0].message}`);
      found.push(parsed.data);
    }
  } catch (error) {
    if (error instanceof BadJob) throw error;
    throw new BadJob(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return found;
}

export async function readLabelledTexts(path: string): Promise<LabelledText[]> {
  const lines = await readJsonLines(path, lineSchema);
  return lines.map(({ text, labels, label: single }) => ({
    text,
    labels: labels ?? (single === undefined ? [] : [single]),
  }));
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // which no schema takes
  }
}
