// What the gateway and a model process say to each other over IPC.

/** Files of a package, downloaded beside the process. */
export interface LoadMessage {
  readonly kind: 'load';
  readonly directory: string;
  readonly contextLength: number;
  /** Which of its files are the weights. */
  readonly weights: string;
}

export interface ScoreMessage {
  readonly kind: 'score';
  readonly id: number;
  readonly texts: readonly string[];
}

export type ToModelProcess = LoadMessage | ScoreMessage;

export type FromModelProcess =
  | { readonly kind: 'ready'; readonly labels: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Probabilities by class index, a row a text. */
  | { readonly kind: 'scores'; readonly id: number; readonly probabilities: readonly (readonly number[])[] }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string };
