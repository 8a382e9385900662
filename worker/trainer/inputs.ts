// What a job refers to, read from the store and checked before anything is computed.
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Model, ModelFiles } from '../../pipeline/model/model-files.ts';
import { readModel } from '../../pipeline/model/model-files.ts';
import type { Example } from '../../pipeline/training/fine-tuning.ts';
import type { TokenRows } from '../../pipeline/training/token-rows.ts';

const count = z.number().int().nonnegative();
const metaSchema = z.object({
  rows: count.positive(),
  contextLength: count.positive(),
  vocabularySize: count.positive(),
  padId: count,
  maskId: count,
  clsId: count,
  sepId: count,
});

async function readFileOf(
  artifacts: ArtifactStore,
  directory: ArtifactReference,
  name: string,
): Promise<Buffer> {
  const { files } = await artifacts.readDirectory(directory);
  const file = new Map(Object.entries(files)).get(name);
  if (file === undefined) throw new CoppiceFailure('InvalidInput', `the directory has no ${name}`, { name });
  return artifacts.readBytes(file);
}

/** @throws CoppiceFailure InvalidInput where sizes, lengths or ids do not fit each other */
export async function readTokens(artifacts: ArtifactStore, reference: ArtifactReference): Promise<TokenRows> {
  const meta = metaSchema.parse(
    JSON.parse((await readFileOf(artifacts, reference, 'meta.json')).toString('utf8')),
  );
  const ids = words(await readFileOf(artifacts, reference, 'ids.bin'));
  const lengths = words(await readFileOf(artifacts, reference, 'lengths.bin'));
  const problems = [
    ids.length === meta.rows * meta.contextLength ? '' : `ids.bin holds ${ids.length} ids`,
    lengths.length === meta.rows ? '' : `lengths.bin holds ${lengths.length} lengths`,
    lengths.every((length) => length >= 1 && length <= meta.contextLength) ? '' : 'a length is out of range',
    ids.every((id) => id < meta.vocabularySize) ? '' : 'an id is outside the vocabulary',
  ].filter((problem) => problem !== '');
  if (problems.length > 0) {
    throw new CoppiceFailure('InvalidInput', `tokens: ${problems.join('; ')}`, { ...meta, problems });
  }
  return { ...meta, ids, lengths };
}

/** Little-endian, as every platform that we run on. A copy, since a Uint16Array must start at an even address. */
function words(bytes: Buffer): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 2));
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

/** @returns the two files of a model's directory */
export async function readModelFiles(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<ModelFiles> {
  const config = (await readFileOf(artifacts, reference, 'config.json')).toString('utf8');
  return { config, weights: await readFileOf(artifacts, reference, 'model.safetensors') };
}

/** @throws ModelFormatError */
export async function readInitialModel(
  artifacts: ArtifactStore,
  reference: ArtifactReference | undefined,
): Promise<Model | undefined> {
  return reference && readModel(await readModelFiles(artifacts, reference));
}
