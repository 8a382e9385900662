// Prompts and answers of a job, read from the store and checked before anything is computed.
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { TokenPairs } from '../../pipeline/training/token-pairs.ts';
import { idBytesOf } from '../../pipeline/training/token-rows.ts';
import type { Opened } from './inputs.ts';
import { count, doubles, fileOf, readFileOf, readMeta, refuse, words } from './inputs.ts';
import { openTokenFile } from './token-file.ts';

const pairsSchema = z.object({
  layout: z.literal('pairs'),
  rows: count.positive(),
  contextLength: count.positive(),
  vocabularySize: count.positive(),
  padId: count,
  endOfTextId: count,
});

/**
 * Opens tokens in pairs, as a decoder takes them that learns to answer.
 * @throws CoppiceFailure InvalidInput where there are none, or where sizes, lengths, answers or ids do not fit each other
 */
export async function openTokenPairs(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<Opened<TokenPairs>> {
  const meta = await readMeta(artifacts, reference, pairsSchema);
  const lengths = words(await readFileOf(artifacts, reference, 'lengths.bin'));
  const answers = words(await readFileOf(artifacts, reference, 'answers.bin'));
  const bytes = doubles(await readFileOf(artifacts, reference, 'bytes.bin'));
  const idsFile = await fileOf(artifacts, reference, 'ids.bin');
  refuse(meta, [
    [idsFile.sizeBytes, meta.rows * meta.contextLength * idBytesOf(meta.vocabularySize), 'ids.bin, bytes'],
    [lengths.length, meta.rows, 'lengths.bin, lengths'],
    [answers.length, meta.rows, 'answers.bin, answers'],
    [bytes.length, meta.rows, 'bytes.bin, answers'],
    [lengths.findIndex((length) => length > meta.contextLength), -1, 'row whose length is out of range'],
    [
      answers.findIndex((start, row) => start < 1 || start >= lengths[row]),
      -1,
      'row without a prompt or an answer',
    ],
  ]);
  const ids = await openTokenFile(artifacts, idsFile, meta.vocabularySize);
  return { ...meta, ids, lengths, answers, bytes, close: ids.close };
}
