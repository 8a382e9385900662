// The world of a job: where it reads and writes, whom it tells, and when it must stop.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import type { TrainingProgress } from '../../contracts/training-job.ts';
import type { OpenSession } from '../../pipeline/training/session.ts';
import type { OpenBatches } from './batches.ts';
import type { Memory } from './memory.ts';

/** What a job needs of the process that it runs in. */
export interface TrainerContext {
  readonly artifacts: ArtifactStore;
  /** The bucket that checkpoint pointers stand in. */
  readonly objects: ObjectStore;
  /** What computes. */
  readonly openSession: OpenSession;
  /** Prepares batches ahead; absent: each is made when it is needed. */
  readonly openBatches?: OpenBatches;
  readonly memory: Memory;
  readonly report: (progress: TrainingProgress) => void;
  /** Asked after every step. */
  readonly stopRequested: () => boolean;
  /** What the numbers depend on beside the job: processor, library, backend. */
  readonly environment: Readonly<Record<string, string>>;
}
