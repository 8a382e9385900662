// All models of a gateway: found in the registry, refreshed on a short interval, their answers recorded.
import type { OpenStore } from '../artifacts/open.ts';
import { createResponseIds } from '../artifacts/response-ids.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { Outbox } from './outbox/outbox.ts';
import { createQualityWindow } from './quality-window.ts';
import { createRecorder } from './recorder.ts';
import { createServedModel, type ServedModel } from './served-model.ts';

/** How soon a change of routing takes effect: a listing of one prefix costs about a millisecond. */
const refreshMs = 300;
/** Several times within what a lock of the outbox may be old. */
const keepMs = 2_000;
/** New models are rare. */
const discoverMs = 2_000;
/** Labels may come so much later than answers and still count for quality after a restart. */
const replayMs = 3_600_000;

export interface FleetDependencies {
  readonly replica: string;
  readonly store: Pick<OpenStore, 'registry' | 'leases' | 'observations'>;
  /** Takes what is recorded. */
  readonly outbox: Outbox;
  /** Of the names of answers. */
  readonly responseKey: Buffer;
  readonly metrics: Metrics;
  readonly load: (model: string, version: number) => Promise<LoadedVersion>;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export function createFleet(dependencies: FleetDependencies) {
  const { replica, store, outbox, responseKey, metrics, load, log } = dependencies;
  const { registry, leases, observations } = store;
  const served = new Map<string, ServedModel>();
  const windows = new Map<string, ReturnType<typeof createQualityWindow>>();
  const recorder = createRecorder({
    outbox,
    onLabelled: ({ model, served: { version, label: given } }, label) => {
      const correct = given === label;
      const window = windows.get(model);
      window?.add(version, correct);
      metrics.countLabel({ model, version: String(version), correct });
      if (window) metrics.setQuality({ model, version: String(version), ...window.read(version) });
    },
  });
  let running = false;
  let discovered = false;
  const loops: Promise<void>[] = [];

  const discover = async (): Promise<void> => {
    const unknown = (await registry.listModels()).filter((model) => !served.has(model));
    try {
      await forEach(unknown, async (model) => {
        const stored = await registry.readSpec(model);
        if (!stored) return;
        windows.set(model, createQualityWindow(stored.spec.monitoring.qualityWindow));
        recorder.replay(await observations.read(model, { since: new Date(Date.now() - replayMs) }));
        const responseIds = createResponseIds(responseKey, model);
        served.set(
          model,
          createServedModel(model, { replica, registry, leases, responseIds, load, log, metrics }),
        );
        log.info(`serving ${model}`);
      });
    } finally {
      discovered = true; // a model whose registry is damaged keeps nobody else waiting
    }
  };

  /** One trouble does not end a loop: the store may be away for a while. */
  const loop = async (intervalMs: number, work: () => Promise<unknown>): Promise<void> => {
    let troubled = '';
    while (running) {
      try {
        await work();
        troubled = '';
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== troubled) log.warn(message); // said once, not three times a second
        troubled = message;
      }
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  };

  return {
    recorder,
    model: (name: string): ServedModel | undefined => served.get(name),
    models: (): readonly ServedModel[] => [...served.values()],
    /** Whether the registry has been read once: before, nobody knows which models there are. */
    hasDiscovered: (): boolean => discovered,
    start: (): void => {
      running = true;
      loops.push(
        loop(discoverMs, discover),
        loop(refreshMs, () => forEach([...served.values()], (model) => model.refresh())),
        loop(refreshMs, () => outbox.ship()),
        loop(keepMs, () => outbox.keep()),
      );
    },
    stop: async (): Promise<void> => {
      running = false;
      await Promise.all(loops);
      await outbox.stop();
      await Promise.all([...served.values()].map((model) => model.stop()));
    },
  };
}

/** A model whose registry is not what it should be does not keep the others from being served. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(items.map(work));
  const problems = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected'
      ? [outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason)]
      : [],
  );
  if (problems.length > 0) throw new Error(problems.join('; '));
}
