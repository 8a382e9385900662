// Labels from JSONL files in a folder, read in the order of their names.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { errorCode, listFolder } from './folder.ts';
import type { LabelCollector } from './label-lines.ts';

const JSON_LINES = /\.(?:jsonl|ndjson)$/i;

/**
 * Adds the labels of a folder, or of one file.
 * @param path absolute
 * @throws CoppiceFailure when the folder cannot be read
 */
export async function addLabelFiles(
  path: string,
  collector: LabelCollector,
  signal: AbortSignal,
): Promise<void> {
  for (const entry of await listFolder(path, signal)) {
    signal.throwIfAborted();
    if (!JSON_LINES.test(entry.name)) continue;
    const uri = pathToFileURL(entry.path).href;
    if (entry.problem !== undefined) collector.addProblem({ uri, reason: entry.problem });
    else {
      try {
        collector.addLines(await readFile(entry.path, 'utf8'), uri);
      } catch (error) {
        collector.addProblem({ uri, reason: `unreadable (${errorCode(error)})` });
      }
    }
  }
}
