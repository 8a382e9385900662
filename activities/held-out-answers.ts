// The answers that were held out of a language model's fine-tuning, in tokens: it is measured on them one by one.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { idBytesOf } from '../pipeline/training/token-rows.ts';
import type { TokenAnswer } from './language-figures-thread-main.ts';

export interface HeldOutAnswers {
  /** The last pairs, in their order. */
  readonly answers: readonly TokenAnswer[];
  /** Ids of the documents that their prompts were made of. */
  readonly documents: readonly string[];
}

const shapeSchema = z.object({
  rows: z.number().int(),
  contextLength: z.number().int(),
  vocabularySize: z.number().int(),
});

/** @param heldOut so many pairs, the last ones */
export async function readHeldOutAnswers(
  artifacts: ArtifactStore,
  pairs: ArtifactReference,
  heldOut: number,
): Promise<HeldOutAnswers> {
  const { files } = await artifacts.readDirectory(pairs);
  const { rows, contextLength, vocabularySize } = await artifacts.readJson(files['meta.json'], shapeSchema);
  const [lengths, starts] = await Promise.all(
    ['lengths.bin', 'answers.bin'].map((name) => artifacts.readBytes(files[name])),
  );
  const bytes = await artifacts.readBytes(files['bytes.bin']);
  const documents = await artifacts.readJson(files['documents.json'], z.array(z.string()));
  const idBytes = idBytesOf(vocabularySize);
  const from = rows - heldOut;
  const ids = await readFrom(artifacts, files['ids.bin'], from * contextLength * idBytes);
  const idAt = (at: number): number => (idBytes === 2 ? ids.readUInt16LE(2 * at) : ids.readUInt32LE(4 * at));
  const answers = Array.from({ length: heldOut }, (_, index) => ({
    ids: Array.from({ length: lengths.readUInt16LE(2 * (from + index)) }, (__, at) =>
      idAt(index * contextLength + at),
    ),
    answerStart: starts.readUInt16LE(2 * (from + index)),
    bytes: bytes.readDoubleLE(8 * (from + index)),
  }));
  return { answers, documents: documents.slice(from) };
}

/** Of a file that holds what was trained on too, the end alone is kept in memory. */
async function readFrom(artifacts: ArtifactStore, file: ArtifactReference, from: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let at = 0;
  for await (const chunk of (await artifacts.openStream(file)) as AsyncIterable<Buffer>) {
    if (at + chunk.length > from) kept.push(chunk.subarray(Math.max(0, from - at)));
    at += chunk.length;
  }
  return Buffer.concat(kept);
}
