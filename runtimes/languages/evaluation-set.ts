// Reads the evaluation sets that the step `decontaminate` names: JSON lines, of which every string is an entry, or lines of text.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { EvaluationSetFile } from '../../contracts/model-spec/decontaminate.ts';

const mostBytes = 256 * 1024 * 1024;
/** Levels of a line's JSON: deeper ones hold no entries. */
const mostLevels = 16;

function* stringsIn(value: unknown, levels = mostLevels): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (levels > 0 && typeof value === 'object' && value !== null)
    for (const it of Object.values(value)) yield* stringsIn(it, levels - 1);
}

function* entriesOf(text: string, isJson: boolean): Generator<string> {
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (!isJson) yield line;
    else {
      try {
        yield* stringsIn(JSON.parse(line));
      } catch {
        throw new SyntaxError(`line ${at + 1} is no JSON`);
      }
    }
  }
}

/** @throws CoppiceFailure InvalidInput where the file cannot be read, or is not the one that the model file was applied with */
export async function readEvaluationSet({ name, path, digest }: EvaluationSetFile): Promise<string[]> {
  try {
    if ((await stat(path)).size > mostBytes) throw new RangeError(`it has more than ${mostBytes} bytes`);
    const bytes = await readFile(path);
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (digest !== undefined && digest !== found)
      throw new RangeError('it has changed since the model file was applied: apply it again');
    return [...entriesOf(bytes.toString('utf8'), /\.(?:jsonl|ndjson)$/.test(path))];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CoppiceFailure('InvalidInput', `evaluation set ${name}, ${path}: ${reason}`);
  }
}
