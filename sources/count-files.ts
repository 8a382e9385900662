// How much there is to collect, where looking at names and sizes of files tells it.
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { countFiles } from './files.ts';

export interface FileCount {
  readonly count: number;
  readonly sizeBytes: number;
}

/**
 * No file is read.
 * @param specs with absolute paths, as model files are loaded
 * @returns undefined where a source is none of files: what it has is known when it is asked
 * @throws CoppiceFailure SourceUnavailable, SourceForbidden or InvalidInput where a folder cannot be read here
 */
export async function countSources(
  specs: readonly SourceSpec[],
  signal: AbortSignal,
): Promise<FileCount | undefined> {
  const total = { count: 0, sizeBytes: 0 };
  for (const spec of specs) {
    if (spec.kind !== 'files') return undefined;
    const { count, sizeBytes } = await countFiles(spec, signal);
    total.count += count;
    total.sizeBytes += sizeBytes;
  }
  return total;
}
