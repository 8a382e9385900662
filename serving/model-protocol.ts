// What the gateway and a model process say to each other over IPC. What questions, pieces and answers are is a matter of
// the task; both ends are of one version of this program.
import type { TaskFiles, TaskName } from './tasks/task.ts';

export interface LoadMessage extends TaskFiles {
  readonly kind: 'load';
  readonly task: TaskName;
}

export interface AskMessage {
  readonly kind: 'ask';
  readonly id: number;
  readonly question: unknown;
}

/** Nobody waits for the answer any more. */
export interface CancelMessage {
  readonly kind: 'cancel';
  readonly id: number;
}

/** How a process does, once a second while it works. */
export interface Vitals {
  /** Memory that it holds, native parts included. */
  readonly residentBytes: number;
  /** What was computed together since the last ones: how many, and how often. */
  readonly batches: readonly (readonly [size: number, times: number])[];
}

export type ToModelProcess = LoadMessage | AskMessage | CancelMessage;

export type FromModelProcess =
  | { readonly kind: 'ready'; readonly facts: unknown }
  | { readonly kind: 'failed'; readonly reason: string }
  | ({ readonly kind: 'vitals' } & Vitals)
  | { readonly kind: 'piece'; readonly id: number; readonly piece: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  /** `invalid`: the question is at fault, and not the version. */
  | {
      readonly kind: 'refused';
      readonly id: number;
      readonly reason: string;
      readonly invalid: boolean;
      /** Of what is invalid, for programs. */
      readonly code?: string;
    };
