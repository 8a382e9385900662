// What a training would take, told before anything of it is done: asked for with `coppice run --dry-run`, answered by
// the process that would train.
import { z } from 'zod';
import { architectureSchema } from './model-spec/architecture.ts';
import { type PretrainingSpec, trainingSchema } from './model-spec/learning.ts';

/** What is known of a training before its data is there. */
export const planningJobSchema = z.object({
  kind: z.literal('planning'),
  architecture: architectureSchema,
  vocabularySize: z.number().int().positive(),
  /** Of which so many are held out. */
  documents: z.number().int().positive(),
  heldOut: z.number().int().nonnegative(),
  /** Of a document, the end of text included, where a model reads documents one after the other; absent: as many as its context has. */
  tokensEach: z.number().int().positive().optional(),
  training: trainingSchema,
  /** What fine-tuning classifies; absent: documents. */
  level: z.literal('token').optional(),
});
export type PlanningJob = z.infer<typeof planningJobSchema>;

/** In bytes, beyond what the process has before it begins. */
export interface MemoryEstimate {
  readonly parameters: number;
  /** What the optimizer keeps. */
  readonly optimizer: number;
  /** Of a step, and the sum over a batch's parts. */
  readonly gradients: number;
  /** What the forward pass leaves for the backward pass, at its most. */
  readonly activations: number;
  /** The graphs themselves, one a length of row. */
  readonly graphs: number;
  /** Copies of all that is kept, on its way into a checkpoint. */
  readonly checkpoint: number;
  /** The most at once: a step and a checkpoint take turns. */
  readonly total: number;
}

export interface PlannedPhase {
  readonly phase: 'pretraining' | 'fine-tuning' | 'supervised-fine-tuning';
  /** Numbers that are learned. */
  readonly parameters: number;
  /** Numbers that adapters stand beside, and that stay as they are; absent: none. */
  readonly frozenParameters?: number;
  readonly steps: number;
  /** Of a step, padding included, where all its rows are as long as they may be. */
  readonly tokensPerStep: number;
  readonly memory: MemoryEstimate;
  /** Rows that a step computes at once, and how many of them fit into memory: 0 where not even one does. */
  readonly rowsAtOnce: number;
  readonly rowsThatFit: number;
  /** At most, and but for what reading, checkpoints and validation take. */
  readonly seconds: number;
  /** At least; as fast as that version's training went, where one is named. */
  readonly tokensPerSecond: number;
  /** The newest version, where it was trained alike on a processor like this one; absent: told from what was measured just now. */
  readonly asFastAs?: number;
}

/** The trials of a search, as one phase: `steps` and `seconds` are of all of them, where none diverges. */
export interface PlannedSearch extends PlannedPhase {
  /** How many trials train to which step of the phase. */
  readonly rungs: readonly { readonly trials: number; readonly steps: number }[];
  /** The phase goes on from the best trial's last step, in place of its first. */
  readonly goesOn: boolean;
}

/** What was measured on the machine that would train. */
export interface MachineSpeed {
  /** Multiplications and additions of a matrix product, in each precision that a phase computes them in. */
  readonly matrixOperationsPerSecond: Readonly<Partial<Record<PretrainingSpec['precision'], number>>>;
  /** Read and written by an addition. */
  readonly bytesPerSecond: number;
}

export interface PlanningOutcome {
  readonly phases: readonly PlannedPhase[];
  /** Where hyperparameters are searched. */
  readonly search?: PlannedSearch;
  /** Left to the process, and what it has before it begins. */
  readonly availableBytes: number;
  readonly processBytes: number;
  readonly processor: string;
  readonly processors: number;
  readonly speed: MachineSpeed;
}

export interface TrainingPlanResult extends PlanningOutcome {
  readonly documents: {
    readonly count: number;
    /**
     * `collected`: so many were brought by earlier runs; `files`: none was, and the sources are folders that have so many; `assumed`:
     * the figures are for so many.
     */
    readonly source: 'collected' | 'files' | 'assumed';
    /** Of the files as they are now, where the sources are folders of them. */
    readonly sizeBytes?: number;
    /**
     * Of a model that reads documents one after the other: how long they are taken to be, by the size of the files, else a window. Of
     * others each is taken to fill a row.
     */
    readonly tokensEach?: number;
  };
}
