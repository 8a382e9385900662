// Checkpoints: one blob a checkpoint, and a pointer `checkpoints/<key>/latest.json` that moves. The pointer is the
// truth: a job whose key it knows goes on from there, and one that it knows as finished is not trained again.
// The blob is a safetensors file: `parameters` and what the optimizer keeps (of AdamW `firstMoments`, `secondMoments`) as
// flat vectors in the order of the layout; step, key, job and record in its metadata.
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { blobKey } from '../../artifacts/blobs.ts';
import { hashCanonical } from '../../artifacts/canonical-json.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { artifactReferenceSchema, mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { PhaseJob, TrainingOutcome } from '../../contracts/training-job.ts';
import { curvePointSchema, trainingOutcomeSchema } from '../../contracts/training-job.ts';
import { readSafetensors, writeSafetensors } from '../../pipeline/model/safetensors.ts';
import { stoppingStateSchema } from '../../pipeline/training/early-stopping.ts';
import type { Vectors } from '../../pipeline/training/session.ts';

const recordSchema = z.object({
  tokensSeen: z.number().int(),
  /** The sum of the losses since the last point of the curve, and of how many steps. */
  lossSum: z.number(),
  lossCount: z.number().int(),
  curve: z.array(curvePointSchema),
  stopping: stoppingStateSchema.optional(),
});
/** What a run has told so far; it goes on after a resumption as if nothing had happened. */
export type TrainingRecord = z.infer<typeof recordSchema>;

const pointerSchema = z.object({
  step: z.number().int(),
  jobDigest: z.string(),
  /** Where a batch was computed in parts. */
  microBatchSize: z.number().int().positive().optional(),
  /** Absent once the job is finished. */
  reference: artifactReferenceSchema.optional(),
  outcome: trainingOutcomeSchema.optional(),
});
type Pointer = z.infer<typeof pointerSchema>;

/** A run at a step. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  readonly vectors: Vectors;
  /** The parameters of the best validation so far, where they are kept. */
  readonly best?: Float32Array | undefined;
  readonly record: TrainingRecord;
}

/** What a run continues from. */
export type Resumption =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'checkpoint'; readonly state: TrainingState }
  | { readonly kind: 'finished'; readonly outcome: TrainingOutcome };

/** How many numbers each vector has, by its name. */
export type ExpectedVectors = Readonly<Record<string, number>>;

/** The checkpoints of one job. */
export interface Checkpoints {
  /**
   * @param expected the vectors that a checkpoint must have
   * @throws CoppiceFailure CheckpointIncompatible where the key was used by another job
   */
  resume(expected: ExpectedVectors): Promise<Resumption>;
  save(state: TrainingState): Promise<void>;
  /** Removes the checkpoint at this step where it is still the newest: the job begins anew. */
  forget(step: number): Promise<void>;
  finish(outcome: TrainingOutcome): Promise<void>;
  /** @returns the rows that were computed at once when the job was last saved; undefined where all were, or never */
  microBatchSize(): Promise<number | undefined>;
}

export interface CheckpointDependencies {
  readonly artifacts: ArtifactStore;
  readonly objects: ObjectStore;
}

/**
 * Names what a job computes: everything but its key, how often it is saved, how many rows are computed at once, where a
 * trial stops, and the rate after a divergence, which goes on from checkpoints of the rate before.
 */
export function jobDigest({
  key: _key,
  learningRateScale: _scale,
  stopAtStep: _stop,
  ...job
}: PhaseJob): string {
  const { checkpointEverySeconds: _seconds, microBatchSize: _rows, ...options } = job.options;
  return hashCanonical({ ...job, options });
}

export function openCheckpoints(job: PhaseJob, { artifacts, objects }: CheckpointDependencies): Checkpoints {
  const pointerKey = `checkpoints/${job.key}/latest.json`;
  const digest = jobDigest(job);

  const readPointer = async (): Promise<Pointer | undefined> => {
    const bytes = await readObject(objects, pointerKey);
    return bytes && pointerSchema.parse(JSON.parse(bytes.toString('utf8')));
  };
  /** Moves the pointer; what it pointed to before is of no use to anyone. */
  const movePointer = async (place: Omit<Pointer, 'jobDigest' | 'microBatchSize'>): Promise<void> => {
    const before = await readPointer();
    const pointer = { ...place, jobDigest: digest, microBatchSize: job.options.microBatchSize };
    await objects.put(pointerKey, Buffer.from(JSON.stringify(pointer)), { contentType: mediaTypes.json });
    if (before?.reference !== undefined && before.reference.digest !== pointer.reference?.digest) {
      await objects.remove(blobKey(before.reference.digest));
    }
  };

  return {
    async resume(expected) {
      const pointer = await readPointer();
      if (pointer === undefined) return { kind: 'fresh' };
      if (pointer.jobDigest !== digest) throw incompatible(job.key, 'another job used this key');
      if (pointer.outcome !== undefined) {
        // Weights that were found damaged are gone from the store: they are trained anew, or nobody could go on.
        const whole = await artifacts.has(pointer.outcome.weights);
        return whole ? { kind: 'finished', outcome: pointer.outcome } : { kind: 'fresh' };
      }
      if (pointer.reference === undefined) throw incompatible(job.key, 'the pointer names no checkpoint');
      const bytes = await readUnlessLost(artifacts, pointer.reference);
      return bytes ? { kind: 'checkpoint', state: parse(bytes, job.key, expected) } : { kind: 'fresh' };
    },
    async save(state) {
      const bytes = format(state, job.key);
      const reference = await artifacts.putBytes(bytes, { mediaType: mediaTypes.checkpoint });
      await movePointer({ step: state.step, reference });
    },
    async forget(step) {
      const pointer = await readPointer();
      if (pointer?.reference === undefined || pointer.step !== step) return;
      await objects.remove(pointerKey);
      await objects.remove(blobKey(pointer.reference.digest));
    },
    finish: (outcome) => movePointer({ step: outcome.steps, outcome }),
    async microBatchSize() {
      const pointer = await readPointer();
      return pointer?.jobDigest === digest ? pointer.microBatchSize : undefined;
    },
  };
}

/** Removes whatever stands under a key; nothing may be training under it. */
export async function removeCheckpoints(objects: ObjectStore, key: string): Promise<void> {
  const pointerKey = `checkpoints/${key}/latest.json`;
  const bytes = await readObject(objects, pointerKey);
  if (bytes === undefined) return;
  const { reference } = pointerSchema.parse(JSON.parse(bytes.toString('utf8')));
  await objects.remove(pointerKey);
  if (reference !== undefined) await objects.remove(blobKey(reference.digest));
}

/** @returns undefined where the checkpoint is gone, or damaged: the work since the start is lost, not the run */
async function readUnlessLost(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
): Promise<Buffer | undefined> {
  try {
    return await artifacts.readBytes(reference);
  } catch (error) {
    const lost =
      error instanceof CoppiceFailure && ['ArtifactCorrupt', 'ArtifactNotFound'].includes(error.type);
    if (lost) return undefined;
    throw error;
  }
}

/** A name that no vector of a session has. */
const BEST = 'bestParameters';

function format({ step, vectors, best, record }: TrainingState, key: string): Uint8Array {
  const kept = { ...vectors, ...(best && { [BEST]: best }) };
  const tensors = Object.entries(kept).map(([name, values]) => ({ name, shape: [values.length], values }));
  // The key keeps two jobs with the same numbers apart: one may remove its checkpoint while the other reads it.
  return writeSafetensors(tensors, { key, step: String(step), record: JSON.stringify(record) });
}

function parse(bytes: Uint8Array, key: string, expected: ExpectedVectors): TrainingState {
  const { tensors, metadata } = readSafetensors(bytes);
  const saved = new Map(tensors.map(({ name, values }) => [name, values]));
  const vectors: Record<string, Float32Array> = {};
  for (const [name, size] of Object.entries(expected)) {
    const values = saved.get(name);
    if (values?.length !== size) {
      throw incompatible(key, `${name}: expected ${size} numbers, got ${String(values?.length)}`);
    }
    vectors[name] = values;
  }
  const record = recordSchema.parse(JSON.parse(metadata.record));
  return { step: Number(metadata.step), vectors, best: saved.get(BEST), record };
}

function incompatible(key: string, reason: string): CoppiceFailure {
  return new CoppiceFailure('CheckpointIncompatible', `checkpoint ${key}: ${reason}`, { key });
}
