// A gate of the model file as it was judged: in results of runs, and in histories.

/** One gate as it was judged. */
export interface GateJudgement {
  readonly gate: string;
  readonly passed: boolean;
  readonly value: number;
  readonly reason: string;
  /** Of the value; absent: it has none. */
  readonly interval?: ConfidenceInterval;
  /** What the value was held against; absent: there was nothing. */
  readonly bound?: number;
  /** Candidate less champion, or less the best baseline, paired. */
  readonly difference?: { readonly value: number; readonly interval?: ConfidenceInterval };
  /** Those that did not pass, the worst first, where each was judged by itself. */
  readonly slices?: readonly string[];
}

export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
  /** In (0, 1). */
  readonly confidence: number;
}
