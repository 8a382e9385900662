// The file that a preference study is made from: a prompt a line, with what each system answered.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type StudyItem, studyItemSchema } from '../contracts/preference-study.ts';
import { RequestRefused } from './failures.ts';

const lineSchema = studyItemSchema.partial({ id: true });

/** @throws RequestRefused naming every line that is no item, ten of them at most */
export async function readStudyItems(path: string): Promise<StudyItem[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new RequestRefused(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const items: StudyItem[] = [];
  const problems: string[] = [];
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = lineSchema.safeParse(valueOf(line));
    if (parsed.success) items.push({ id: `line ${place + 1}`, ...parsed.data });
    else problems.push(`line ${place + 1}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  }
  if (problems.length > 0) throw new RequestRefused(`${path}: ${problems.slice(0, 10).join('; ')}`);
  if (items.length === 0) throw new RequestRefused(`${path} has no line`);
  return items;
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
