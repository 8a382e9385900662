// What a gateway records: requests, labels, quality, and which routing document it follows.
import type { RoutingDocument } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import type { Instruments } from './instruments.ts';

/** Who answered: `shadow` answers are seen by nobody. */
type MetricArm = 'champion' | 'challenger' | 'shadow' | 'tester';

export interface GatewayMetrics {
  /** @param request - `status` is that of HTTP; an answer that failed in the shadow counts as 500 */
  observeRequest(request: {
    model: string;
    version: string;
    arm: MetricArm;
    status: number;
    seconds: number;
  }): void;
  /** @param tokens - of one request to a language model */
  countTokens(tokens: {
    model: string;
    version: string;
    promptTokens: number;
    completionTokens: number;
  }): void;
  /** @param anomaly - of the text of one request */
  countRequestAnomaly(anomaly: { model: string; version: string; kind: string }): void;
  countLabel(label: { model: string; version: string; correct: boolean }): void;
  /** @param quality - over the newest labelled answers of a version; without any, its series go */
  setQuality(quality: { model: string; version: string; accuracy: number; labelled: number }): void;
  /** @param outbox - what waits on the disk of this gateway */
  showOutbox(outbox: { bytes: number; oldestSeconds: number }): void;
  countShipped(kind: string): void;
  countRefused(kind: string): void;
  countDamaged(lines: number): void;
  /** @returns who is told how the process of a version does */
  observeProcess(model: string, version: number): ProcessMetrics;
  /**
   * Shows a routing document; the series of the one before go, so that alerts on a former champion resolve. Counters
   * of the versions in it start at zero here, since Prometheus cannot see the first increase of a series that
   * appears with it.
   *
   * @param routing - the document that is followed now
   * @param championCreatedAt - when the champion was registered
   */
  followRouting(routing: RoutingDocument, championCreatedAt?: Date): void;
  /** @param version - that of the routing that is followed; the series goes with it */
  showChampion(model: string, version: number, isLoaded: boolean): void;
}

interface ProcessMetrics {
  /**
   * @param open - requests that are not answered yet
   * @param capacity - how many there may be
   */
  queued(open: number, capacity: number): void;
  /** @param batches - how many were computed together, and how often */
  computed(batches: readonly (readonly [size: number, times: number])[]): void;
  restarted(reason: 'ended' | 'memory'): void;
  /** The version is no longer served: its queue goes. */
  gone(): void;
}

interface Share {
  readonly version: string;
  readonly arm: MetricArm;
  readonly fraction: number;
}

export function createGatewayMetrics(instruments: Instruments): GatewayMetrics {
  const shown = new Map<string, readonly Share[]>();
  const started = new Set<string>();
  /** Once only: prom-client's `zero` forgets what a histogram has counted. */
  const startAtZero = (model: string, { version, arm }: Share) => {
    const key = JSON.stringify([model, version, arm]);
    if (started.has(key)) return;
    started.add(key);
    for (const status of ['200', '500', '503']) instruments.requests.inc({ model, version, arm, status }, 0);
    instruments.requestDuration.zero({ model, version, arm });
  };
  return {
    observeRequest: ({ model, version, arm, status, seconds }) => {
      instruments.requests.inc({ model, version, arm, status: String(status) });
      instruments.requestDuration.observe({ model, version, arm }, seconds);
    },
    countTokens: ({ model, version, promptTokens, completionTokens }) => {
      instruments.tokens.inc({ model, version, kind: 'prompt' }, promptTokens);
      instruments.tokens.inc({ model, version, kind: 'completion' }, completionTokens);
    },
    countRequestAnomaly: (anomaly) => instruments.requestAnomalies.inc(anomaly),
    countLabel: ({ model, version, correct }) =>
      instruments.labels.inc({ model, version, correct: String(correct) }),
    setQuality: ({ model, version, accuracy, labelled }) => {
      const labels = { model, version };
      instruments.qualityLabelled.set(labels, labelled);
      if (labelled > 0) instruments.quality.set(labels, accuracy);
      else instruments.quality.remove(labels);
    },
    showOutbox: ({ bytes, oldestSeconds }) => {
      instruments.outboxBytes.set(bytes);
      instruments.outboxOldest.set(oldestSeconds);
    },
    countShipped: (kind) => instruments.outboxShipped.inc({ kind }),
    countRefused: (kind) => instruments.outboxRefused.inc({ kind }),
    countDamaged: (lines) => instruments.outboxDamaged.inc(lines),
    observeProcess: (model, version) => processMetrics(instruments, { model, version: String(version) }),

    followRouting: (routing, championCreatedAt) => {
      const { model } = routing;
      for (const share of shown.get(model) ?? []) hideShare(instruments, model, share);
      const shares = sharesOf(routing);
      shown.set(model, shares);
      instruments.routingGeneration.set({ model }, routing.generation);
      for (const share of shares) {
        showShare(instruments, model, share);
        startAtZero(model, share);
      }
      if (routing.champion !== undefined && championCreatedAt !== undefined) {
        const labels = { model, version: String(routing.champion) };
        instruments.championCreated.set(labels, championCreatedAt.getTime() / 1_000);
      }
    },
    showChampion: (model, version, isLoaded) =>
      instruments.championLoaded.set({ model, version: String(version) }, Number(isLoaded)),
  };
}

function processMetrics(
  { queueDepth, queueCapacity, batchSize, modelProcessRestarts }: Instruments,
  labels: { model: string; version: string },
): ProcessMetrics {
  for (const reason of ['ended', 'memory']) modelProcessRestarts.inc({ ...labels, reason }, 0);
  queueDepth.set(labels, 0);
  return {
    queued: (open, capacity) => {
      queueDepth.set(labels, open);
      queueCapacity.set(labels, capacity);
    },
    computed: (batches) => {
      for (const [size, times] of batches)
        for (let time = 0; time < times; time += 1) batchSize.observe(labels, size);
    },
    restarted: (reason) => modelProcessRestarts.inc({ ...labels, reason }),
    gone: () => {
      queueDepth.remove(labels);
      queueCapacity.remove(labels);
    },
  };
}

function sharesOf(routing: RoutingDocument): Share[] {
  const { champion, challenger } = routing;
  const challengers = challengersOf(routing);
  const each = challenger?.mode === 'canary' ? challenger.trafficFraction : 0;
  const shares: Share[] = [];
  if (champion !== undefined)
    shares.push({ version: String(champion), arm: 'champion', fraction: 1 - each * challengers.length });
  if (challenger) {
    const arm = challenger.mode === 'shadow' ? 'shadow' : 'challenger';
    for (const version of challengers) shares.push({ version: String(version), arm, fraction: each });
  }
  return shares;
}

function showShare(instruments: Instruments, model: string, { version, arm, fraction }: Share): void {
  instruments.trafficFraction.set({ model, version, arm }, fraction);
  if (arm === 'champion') instruments.championInfo.set({ model, version }, 1);
}

function hideShare(instruments: Instruments, model: string, { version, arm }: Share): void {
  instruments.trafficFraction.remove({ model, version, arm });
  if (arm !== 'champion') return;
  instruments.championInfo.remove({ model, version });
  instruments.championCreated.remove({ model, version });
  instruments.championLoaded.remove({ model, version });
}
