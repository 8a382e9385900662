// The file that somebody has a version evaluated on.
import { z } from 'zod';
import { answeredLineSchema, type Dataset, labelledLineSchema } from '../contracts/dataset-evaluation.ts';
import { RequestRefused } from './failures.ts';
import { readJsonLinesFile } from './json-lines-file.ts';

const lineSchema = z.union([labelledLineSchema, answeredLineSchema], {
  error: 'expected {"text": …, "label": …} or {"prompt": …, "answer": …}',
});

/** @throws RequestRefused for a file that is no dataset, or that has lines of both kinds */
export async function readDatasetFile(path: string): Promise<Dataset> {
  const found = await readJsonLinesFile(path, lineSchema);
  const labelled = found.flatMap(({ value }) => ('label' in value ? [value] : []));
  const answered = found.flatMap(({ value }) => ('answer' in value ? [value] : []));
  if (labelled.length > 0 && answered.length > 0)
    throw new RequestRefused(
      `${path} has ${labelled.length} lines with labels and ${answered.length} with answers`,
    );
  return labelled.length > 0 ? { kind: 'labels', lines: labelled } : { kind: 'answers', lines: answered };
}
