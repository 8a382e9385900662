// Temporal task queues: who may do what. One writer of the registry, one training at a time.

export const taskQueues = {
  /** Workflows and the activities that move and compute data. */
  pipeline: 'coppice',
  /** One training or scoring job at a time, in a process beside the worker. */
  training: 'training',
  /** What a training would take, told by the same process, also while it trains. */
  planning: 'planning',
  /** The only process that holds the private signing key. */
  registry: 'registry',
} as const;
