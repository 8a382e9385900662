// The file that a preference study is made from: a prompt a line, with what each system answered.
import { type StudyItem, studyItemSchema } from '../contracts/preference-study.ts';
import { readJsonLinesFile } from './json-lines-file.ts';

const lineSchema = studyItemSchema.partial({ id: true });

/** @throws RequestRefused naming every line that is no item, ten of them at most */
export async function readStudyItems(path: string): Promise<StudyItem[]> {
  const lines = await readJsonLinesFile(path, lineSchema);
  return lines.map(({ line, value }) => ({ id: `line ${line}`, ...value }));
}
