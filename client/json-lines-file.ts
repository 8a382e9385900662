// A file of JSON, a value a line, as people hand it to a verb.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RequestRefused } from './failures.ts';

/** Problems that are told of one file. */
const MOST_PROBLEMS = 10;

/**
 * @returns what each line holds, with its number from 1 on; empty lines are left out
 * @throws RequestRefused naming the lines that the schema refuses, ten of them at most; or a file that cannot be read, or is empty
 */
export async function readJsonLinesFile<T>(
  path: string,
  schema: z.ZodType<T>,
): Promise<{ readonly line: number; readonly value: T }[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new RequestRefused(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const found: { line: number; value: T }[] = [];
  const problems: string[] = [];
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = schema.safeParse(valueOf(line));
    if (parsed.success) found.push({ line: place + 1, value: parsed.data });
    else problems.push(`line ${place + 1}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    if (problems.length === MOST_PROBLEMS) break;
  }
  if (problems.length > 0) throw new RequestRefused(`${path}: ${problems.join('; ')}`);
  if (found.length === 0) throw new RequestRefused(`${path} has no line`);
  return found;
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
