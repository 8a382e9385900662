// How the vocabulary of a job's tokens was extended, read and checked before weights are made of it.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { TokenExtension } from '../../contracts/training-job.ts';
import { tokenExtensionSchema } from '../../contracts/training-job.ts';
import { refuse } from './inputs.ts';

/**
 * @param tokens in rows or in a stream
 * @returns undefined where the vocabulary was not extended
 * @throws CoppiceFailure InvalidInput where it does not fit the tokens
 */
export async function readExtension(
  artifacts: ArtifactStore,
  tokens: ArtifactReference,
  vocabularySize: number,
): Promise<TokenExtension | undefined> {
  const { files } = await artifacts.readDirectory(tokens);
  if (!('extension.json' in files)) return undefined;
  const extension = await artifacts.readJson(files['extension.json'], tokenExtensionSchema);
  const { before, parts } = extension;
  refuse({ vocabularySize, before }, [
    [before + parts.length, vocabularySize, 'extension.json, tokens'],
    [
      parts.findIndex((ids) => ids.some((id) => id >= before)),
      -1,
      'extension.json, part that is no old token',
    ],
  ]);
  return extension;
}
