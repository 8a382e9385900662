// Every metric that Coppice's processes expose, in one table: name, what it measures, its labels. Base units, bounded
// labels: a label holds a model, a version in service or a word of a closed set, never a run, a subject or a document.
// The labels are repeated in alert rules and dashboards, so a change here is a change of the interface.

/** One row of the table. */
export interface MetricDefinition {
  readonly name: `coppice_${string}`;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in its unit, ascending. */
  readonly buckets?: readonly number[];
}

/** From a cached lookup of some milliseconds to a training of hours. */
const stageSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200];
/** Dense around the guardrails that people set: 50 ms to 2 s. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const storeSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

export const metricDefinitions = {
  processInfo: {
    name: 'coppice_process_info',
    type: 'gauge',
    help: 'Always 1; says which of our processes this is and what it runs on.',
    labels: ['process', 'node_version'],
  },

  stageDuration: {
    name: 'coppice_stage_duration_seconds',
    type: 'histogram',
    help: 'Time that a stage took, from its start to its result.',
    labels: ['model', 'stage', 'outcome'],
    buckets: stageSeconds,
  },
  documents: {
    name: 'coppice_documents_total',
    type: 'counter',
    help: 'Documents that a step of a stage kept, changed or dropped; the reason stands at those dropped.',
    labels: ['model', 'stage', 'step', 'decision', 'reason'],
  },
  cacheLookups: {
    name: 'coppice_step_cache_lookups_total',
    type: 'counter',
    help: 'Look-ups in the step cache; a hit spares the computation.',
    labels: ['stage', 'result'],
  },

  batchRecords: {
    name: 'coppice_batch_records_total',
    type: 'counter',
    help: 'Records of batches that were answered, or set aside with a reason.',
    labels: ['model', 'outcome'],
  },

  trainingStep: {
    name: 'coppice_training_step',
    type: 'gauge',
    help: 'Optimizer step that the training of a phase under way has reached.',
    labels: ['model', 'phase'],
  },
  trainingPlannedSteps: {
    name: 'coppice_training_planned_steps',
    type: 'gauge',
    help: 'Optimizer steps that the training of a phase under way will take at most.',
    labels: ['model', 'phase'],
  },
  trainingLoss: {
    name: 'coppice_training_loss',
    type: 'gauge',
    help: 'Loss of the training of a phase under way, in nats a prediction.',
    labels: ['model', 'phase'],
  },
  trainingGradientNorm: {
    name: 'coppice_training_gradient_norm',
    type: 'gauge',
    help: 'Length of the gradient, before clipping, of the training of a phase under way.',
    labels: ['model', 'phase'],
  },
  trainingLearningRate: {
    name: 'coppice_training_learning_rate',
    type: 'gauge',
    help: 'Learning rate of the training of a phase under way.',
    labels: ['model', 'phase'],
  },
  trainingTokensPerSecond: {
    name: 'coppice_training_tokens_per_second',
    type: 'gauge',
    help: 'Tokens a second, padding included, of the training of a phase under way.',
    labels: ['model', 'phase'],
  },

  artifactBytes: {
    name: 'coppice_artifact_bytes_total',
    type: 'counter',
    help: 'Bytes moved to and from the artifact store.',
    labels: ['direction'],
  },
  artifactTransfer: {
    name: 'coppice_artifact_transfer_duration_seconds',
    type: 'histogram',
    help: 'Time that one transfer to or from the artifact store took.',
    labels: ['direction'],
    buckets: storeSeconds,
  },
  corruptArtifacts: {
    name: 'coppice_artifacts_corrupt_total',
    type: 'counter',
    help: 'Artifacts whose bytes did not match their digest; they were quarantined.',
    labels: [],
  },

  requests: {
    name: 'coppice_requests_total',
    type: 'counter',
    help: 'Requests answered by a version, by HTTP status; arm shadow counts answers that nobody saw.',
    labels: ['model', 'version', 'arm', 'status'],
  },
  requestDuration: {
    name: 'coppice_request_duration_seconds',
    type: 'histogram',
    help: 'Time from a request to its answer; of a language model, to the first piece of it.',
    labels: ['model', 'version', 'arm'],
    buckets: requestSeconds,
  },
  queueDepth: {
    name: 'coppice_queue_depth',
    type: 'gauge',
    help: 'Requests to a version in service that are not answered yet; more than its queue holds are turned away with 429.',
    labels: ['model', 'version'],
  },
  queueCapacity: {
    name: 'coppice_queue_capacity',
    type: 'gauge',
    help: 'Requests that a version in service has room for, those that it works on among them.',
    labels: ['model', 'version'],
  },
  batchSize: {
    name: 'coppice_batch_size',
    type: 'histogram',
    help: 'Texts that the process of a version computed together, each time.',
    labels: ['model', 'version'],
    buckets: [1, 2, 4, 8, 16, 32, 64],
  },
  modelProcessRestarts: {
    name: 'coppice_model_process_restarts_total',
    type: 'counter',
    help: 'Model processes that another took the place of: it ended by itself, or held too much memory.',
    labels: ['model', 'version', 'reason'],
  },
  tokens: {
    name: 'coppice_tokens_total',
    type: 'counter',
    help: 'Tokens that a language model read (prompt) or wrote (completion).',
    labels: ['model', 'version', 'kind'],
  },
  requestAnomalies: {
    name: 'coppice_request_anomalies_total',
    type: 'counter',
    help: 'Requests whose text was not as the data schema of the model expects, by the kind of anomaly.',
    labels: ['model', 'version', 'kind'],
  },
  labels: {
    name: 'coppice_labels_total',
    type: 'counter',
    help: 'Labels that joined an answer of a version, by whether the answer was right.',
    labels: ['model', 'version', 'correct'],
  },
  quality: {
    name: 'coppice_quality_ratio',
    type: 'gauge',
    help: 'Share of right answers among the newest labelled ones of a version.',
    labels: ['model', 'version'],
  },
  qualityLabelled: {
    name: 'coppice_quality_labelled',
    type: 'gauge',
    help: 'Labelled answers that coppice_quality_ratio rests on.',
    labels: ['model', 'version'],
  },
  outboxBytes: {
    name: 'coppice_outbox_bytes',
    type: 'gauge',
    help: "Bytes of records on the gateway's disk that are not in the store yet.",
    labels: [],
  },
  outboxOldest: {
    name: 'coppice_outbox_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest of them.',
    labels: [],
  },
  outboxShipped: {
    name: 'coppice_outbox_shipped_total',
    type: 'counter',
    help: 'Records that were brought to the store, by kind.',
    labels: ['kind'],
  },
  outboxRefused: {
    name: 'coppice_outbox_refused_total',
    type: 'counter',
    help: 'Records that were not written down, since the outbox was full or its disk did not take them, by kind.',
    labels: ['kind'],
  },
  outboxDamaged: {
    name: 'coppice_outbox_damaged_total',
    type: 'counter',
    help: 'Lines of the outbox that were not as they had been written; they are set aside.',
    labels: [],
  },

  routingGeneration: {
    name: 'coppice_routing_generation',
    type: 'gauge',
    help: 'Generation of the routing document that this process follows.',
    labels: ['model'],
  },
  championInfo: {
    name: 'coppice_champion_info',
    type: 'gauge',
    help: 'Always 1, at the version that serves a model; other versions have no such series.',
    labels: ['model', 'version'],
  },
  championCreated: {
    name: 'coppice_champion_created_timestamp_seconds',
    type: 'gauge',
    help: 'When the version that serves a model was registered, in seconds since 1970.',
    labels: ['model', 'version'],
  },
  championLoaded: {
    name: 'coppice_champion_loaded',
    type: 'gauge',
    help: 'Whether a gateway has the version loaded that should serve a model, 1 or 0; without it the one before answers.',
    labels: ['model', 'version'],
  },
  trafficFraction: {
    name: 'coppice_traffic_fraction',
    type: 'gauge',
    help: 'Share of the subjects that the routing document gives to an arm, 0 to 1.',
    labels: ['model', 'version', 'arm'],
  },

  rolloutState: {
    name: 'coppice_rollout_state',
    type: 'gauge',
    help: 'Always 1, at the state that the newest rollout of a model is in.',
    labels: ['model', 'version', 'state'],
  },
  rolloutEstimate: {
    name: 'coppice_rollout_estimate',
    type: 'gauge',
    help: 'By how much the challenger loses less than the champion: estimate and bounds of its interval.',
    labels: ['model', 'version', 'bound'],
  },
  rolloutHold: {
    name: 'coppice_rollout_hold_p_value',
    type: 'gauge',
    help: 'P-value of the sample-ratio mismatch that holds a rollout where it is; there is none where nothing does.',
    labels: ['model', 'version'],
  },
  alertsReceived: {
    name: 'coppice_alerts_received_total',
    type: 'counter',
    help: 'Alerts that were delivered to a controller, by what it decided.',
    labels: ['model', 'alert', 'decision'],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Word by which the code speaks of a metric. */
export type MetricKey = keyof typeof metricDefinitions;

/** The job under which Prometheus scrapes gateways; alert rules name it. */
export const gatewayJob = 'gateway';

/** Alerts that the rules of a model can raise. */
export const alertNames = {
  qualityDrop: 'CoppiceQualityDrop',
  errorRateHigh: 'CoppiceErrorRateHigh',
  latencyHigh: 'CoppiceLatencyHigh',
  modelStale: 'CoppiceModelStale',
  championMissing: 'CoppiceChampionMissing',
  gatewayDown: 'CoppiceGatewayDown',
} as const;
