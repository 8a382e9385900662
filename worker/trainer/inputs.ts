// What a job refers to, read from the store and checked before anything is computed.
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { packageFiles, quantizedWeights } from '../../contracts/version-package.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import type { Model, ModelFiles } from '../../pipeline/model/model-files.ts';
import { readModel } from '../../pipeline/model/model-files.ts';
import type { Example } from '../../pipeline/training/fine-tuning.ts';
import type { TaggedRow } from '../../pipeline/training/token-classification.ts';
import type { TokenIds, TokenRows } from '../../pipeline/training/token-rows.ts';
import { idBytesOf } from '../../pipeline/training/token-rows.ts';
import type { TokenStream } from '../../pipeline/training/token-stream.ts';
import type { TokenFile, TokenSource } from './token-file.ts';
import { openTokenFile } from './token-file.ts';

export const count = z.number().int().nonnegative();
const rowsSchema = z.object({
  rows: count.positive(),
  contextLength: count.positive(),
  vocabularySize: count.positive(),
  padId: count,
  maskId: count,
  clsId: count,
  sepId: count,
});
const streamSchema = z.object({
  layout: z.literal('stream'),
  documents: count.positive(),
  tokens: count.positive(),
  vocabularySize: count.positive(),
  endOfTextId: count,
});

export async function readFileOf(
  artifacts: ArtifactStore,
  directory: ArtifactReference,
  name: string,
): Promise<Buffer> {
  return artifacts.readBytes(await fileOf(artifacts, directory, name));
}

export async function fileOf(
  artifacts: ArtifactStore,
  directory: ArtifactReference,
  name: string,
): Promise<ArtifactReference> {
  const { files } = await artifacts.readDirectory(directory);
  const file = new Map(Object.entries(files)).get(name);
  if (file === undefined) throw new CoppiceFailure('InvalidInput', `the directory has no ${name}`, { name });
  return file;
}

/** Tokens of a corpus that the job holds open. */
export type Opened<T extends { readonly ids: TokenIds }> = Omit<T, 'ids'> & {
  readonly ids: TokenFile;
  readonly close: () => void;
};

/** @returns the tokens as plain data: what reads them from the open file in place of themselves */
export function travelling<T extends { readonly ids: TokenIds }>({
  close: _close,
  ids,
  ...rest
}: Opened<T>): Omit<Opened<T>, 'ids' | 'close'> & { readonly ids: TokenSource } {
  return { ...rest, ids: ids.source };
}

/**
 * Opens tokens in rows, as an encoder takes them.
 * @throws CoppiceFailure InvalidInput where there are none, or where sizes, lengths or ids do not fit each other
 */
export async function openTokenRows(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<Opened<TokenRows>> {
  const meta = await readMeta(artifacts, reference, rowsSchema);
  const lengths = words(await readFileOf(artifacts, reference, 'lengths.bin'));
  const idsFile = await fileOf(artifacts, reference, 'ids.bin');
  refuse(meta, [
    [idsFile.sizeBytes, meta.rows * meta.contextLength * idBytesOf(meta.vocabularySize), 'ids.bin, bytes'],
    [lengths.length, meta.rows, 'lengths.bin, lengths'],
    [
      lengths.findIndex((length) => length < 1 || length > meta.contextLength),
      -1,
      'row whose length is out of range',
    ],
  ]);
  const continuations = await readContinuations(artifacts, reference, meta.vocabularySize);
  const ids = await openTokenFile(artifacts, idsFile, meta.vocabularySize);
  return { ...meta, ids, lengths, ...(continuations && { continuations }), close: ids.close };
}

/** @returns undefined for tokens from before it was written down */
async function readContinuations(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  vocabularySize: number,
): Promise<Uint8Array | undefined> {
  const { files } = await artifacts.readDirectory(reference);
  if (!('continuations.json' in files)) return undefined;
  const ids = await artifacts.readJson(files['continuations.json'], z.array(count.max(vocabularySize - 1)));
  const continuations = new Uint8Array(vocabularySize);
  for (const id of ids) continuations[id] = 1;
  return continuations;
}

/**
 * Opens tokens as one stream, as a decoder takes them.
 * @throws CoppiceFailure InvalidInput as above
 */
export async function openTokenStream(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<Opened<TokenStream>> {
  const meta = await readMeta(artifacts, reference, streamSchema);
  const ends = doubles(await readFileOf(artifacts, reference, 'ends.bin'));
  const bytes = doubles(await readFileOf(artifacts, reference, 'bytes.bin'));
  const idsFile = await fileOf(artifacts, reference, 'ids.bin');
  refuse(meta, [
    [idsFile.sizeBytes, meta.tokens * idBytesOf(meta.vocabularySize), 'ids.bin, bytes'],
    [ends.length, meta.documents, 'ends.bin, documents'],
    [bytes.length, meta.documents, 'bytes.bin, documents'],
    [
      ends.findIndex((end, index) => !(end > (index === 0 ? 0 : ends[index - 1]))),
      -1,
      'document that ends before it begins',
    ],
    [ends.at(-1) ?? 0, meta.tokens, 'end of the last document'],
  ]);
  const ids = await openTokenFile(artifacts, idsFile, meta.vocabularySize);
  return { ...meta, ids, ends, bytes, close: ids.close };
}

export async function readMeta<T>(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  schema: z.ZodType<T>,
): Promise<T> {
  return artifacts.readJson(await fileOf(artifacts, reference, 'meta.json'), schema);
}

/** @throws CoppiceFailure InvalidInput with everything that is not as expected */
export function refuse(meta: object, checks: readonly (readonly [number, number, string])[]): void {
  const problems = checks
    .filter(([found, expected]) => found !== expected)
    .map(([found, expected, what]) =>
      expected < 0 ? `${what}: ${found}` : `${what}: ${found}, expected ${expected}`,
    );
  if (problems.length === 0) return;
  throw new CoppiceFailure('InvalidInput', `tokens: ${problems.join('; ')}`, { ...meta, problems });
}

/** Little-endian, as every platform that we run on. A copy, since a typed array must start at a multiple of its size. */
export function words(bytes: Buffer): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 2));
}

export function doubles(bytes: Buffer): Float64Array {
  return new Float64Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 8));
}

const examplesSchema = z.array(z.object({ row: count, label: count }));

/** @throws CoppiceFailure InvalidInput where a row or a label does not exist */
export async function readExamples(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  limits: { readonly rows: number; readonly labels: number },
): Promise<Example[]> {
  const examples = await artifacts.readJson(reference, examplesSchema);
  const bad = examples.find(({ row, label }) => row >= limits.rows || label >= limits.labels);
  if (bad !== undefined) {
    throw new CoppiceFailure(
      'InvalidInput',
      `example of row ${bad.row} and label ${bad.label}: no such row or label`,
      {
        ...bad,
        ...limits,
      },
    );
  }
  return examples;
}

const rowOnlySchema = z.array(z.object({ row: count }));

/** @throws CoppiceFailure InvalidInput where nothing is left */
export async function readHeldOutRows(
  artifacts: ArtifactStore,
  reference: ArtifactReference | undefined,
  rows: number,
): Promise<number[]> {
  if (reference === undefined) return [];
  const heldOut = (await artifacts.readJson(reference, rowOnlySchema)).map(({ row }) => row);
  if (new Set(heldOut).size < rows) return heldOut;
  throw new CoppiceFailure('InvalidInput', `tokens: all ${rows} documents are held out, none is left`, {
    rows,
  });
}

const taggedSchema = z.array(z.object({ row: count, labels: z.array(z.number().int().min(-1)) }));

/** @throws CoppiceFailure InvalidInput where a row or a label does not exist, or a row has other tokens */
export async function readTaggedRows(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  limits: { readonly lengths: ArrayLike<number>; readonly labels: number },
): Promise<TaggedRow[]> {
  const rows = await artifacts.readJson(reference, taggedSchema);
  for (const { row, labels } of rows) {
    const tokens = row < limits.lengths.length ? limits.lengths[row] : 0;
    const known = labels.every((label) => label < limits.labels);
    if (labels.length === tokens && known) continue;
    const message = `example of row ${row} with ${labels.length} labels: expected ${tokens} below ${limits.labels}`;
    throw new CoppiceFailure('InvalidInput', message, { row, labels: labels.length, tokens });
  }
  return rows;
}

/** @returns the two files of a model's directory */
export async function readModelFiles(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<ModelFiles> {
  const config = (await readFileOf(artifacts, reference, 'config.json')).toString('utf8');
  return { config, weights: await readFileOf(artifacts, reference, 'model.safetensors') };
}

/** @returns the files as the gateway reads them: quantized weights, where the directory has such */
export async function readServedFiles(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<ModelFiles> {
  const { files } = await artifacts.readDirectory(reference);
  const weights = Object.hasOwn(files, quantizedWeights) ? quantizedWeights : packageFiles.weights;
  const config = (await readFileOf(artifacts, reference, packageFiles.config)).toString('utf8');
  return { config, weights: await readFileOf(artifacts, reference, weights) };
}

/** @throws ModelFormatError */
export async function readInitialGpt(
  artifacts: ArtifactStore,
  reference: ArtifactReference | undefined,
): Promise<GptModel | undefined> {
  return reference && readGpt(await readModelFiles(artifacts, reference));
}

/** @throws ModelFormatError */
export async function readInitialModel(
  artifacts: ArtifactStore,
  reference: ArtifactReference | undefined,
): Promise<Model | undefined> {
  return reference && readModel(await readModelFiles(artifacts, reference));
}
