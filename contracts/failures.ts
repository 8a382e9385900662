// Every failure that crosses a process boundary: its type, whether it retries, and what the workflow does about it.
// An expected outcome (a gate not passed, no traffic) is a result and does not stand here.

/** How a failure type behaves. */
export interface FailureRow {
  readonly retries: boolean;
  /** What the workflow does once retries are spent, or at once where there are none. */
  readonly consequence: string;
}

export const failures = {
  InvalidInput: { retries: false, consequence: 'the run fails; the message names the field' },
  SourceUnavailable: {
    retries: true,
    consequence: 'the run fails after its attempts; the cursor keeps what was collected',
  },
  SourceForbidden: { retries: false, consequence: 'the run fails; the source is named' },
  ArtifactNotFound: { retries: false, consequence: 'the stage that made it runs again once' },
  ArtifactCorrupt: {
    retries: false,
    consequence: 'the object is quarantined; the stage that made it runs again once',
  },
  ArtifactStoreUnavailable: { retries: true, consequence: 'the stage waits and tries again' },
  CheckpointIncompatible: { retries: false, consequence: 'the run fails; training must start afresh' },
  TrainingDiverged: {
    retries: false,
    consequence: 'restart from the last good checkpoint at half the rate, at most twice',
  },
  TrainingInterrupted: { retries: true, consequence: 'training resumes from its last checkpoint' },
  InsufficientMemory: {
    retries: false,
    consequence: 'the run fails before its first step; the message says what would fit',
  },
  OutOfMemory: {
    retries: false,
    consequence:
      'a training phase goes on with half as many rows at once; at one row, and elsewhere, the run fails',
  },
  RegistryConflict: {
    retries: true,
    consequence: 'the change is read again and tried on the newer generation',
  },
  SigningUnavailable: {
    retries: true,
    consequence: 'nothing is written; the change is tried again once the key service answers',
  },
  RollbackTargetMissing: { retries: false, consequence: 'the rollout stops and asks a person' },
  MetricsUnavailable: { retries: true, consequence: 'the look is skipped; missing data never promotes' },
  InvariantViolated: { retries: false, consequence: 'the run fails; this is a defect of Coppice' },
} as const satisfies Record<string, FailureRow>;

/** The type of an `ApplicationFailure` that Coppice raises. */
export type FailureType = keyof typeof failures;

/** The types that Temporal must not retry, for a retry policy. */
export const nonRetryableFailures: string[] = Object.entries(failures)
  .filter(([, row]) => !row.retries)
  .map(([type]) => type);

/**
 * A failure of the table, thrown outside Temporal. The edge of an activity turns it into an `ApplicationFailure`
 * of the same type.
 */
export class CoppiceFailure extends Error {
  readonly type: FailureType;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(type: FailureType, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = type;
    this.type = type;
    this.details = details;
  }
}
