// What a rollout asks of the world: are the gateways ready, what does the experiment say, did the rollback hold.
import { setTimeout } from 'node:timers/promises';
import type { Leases } from '../artifacts/leases.ts';
import type { ObservationLog } from '../artifacts/observations.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { Approval } from '../contracts/approval.ts';
import type { Digest } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Look, RollbackVerification } from '../contracts/messages.ts';
import type { RolloutSpec } from '../contracts/model-spec/judgement.ts';
import type { CompletionRecord, Observation, PredictionRecord } from '../contracts/observation.ts';
import { challengersOf, formatVersion } from '../contracts/registry.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { PrometheusClient } from '../monitoring/prometheus-client.ts';
import { type HealthJudgement, judgeHealth, type MeasuredHealth } from '../pipeline/rollout/health.ts';
import type { Guardrails } from '../pipeline/rollout/policy.ts';
import { judgeArms } from '../pipeline/rollout/several-arms.ts';
import { comparedWithChampion } from './experiment-arms.ts';
import type { ExperimentInput } from './experiment-evidence.ts';
import { lookAtExperiment, type Shown } from './experiment-look.ts';
import { outcomesSince } from './experiment-outcomes.ts';
import { withHeartbeat } from './heartbeat.ts';
import { limitsTexts, textHealthOf } from './text-health.ts';

export interface RolloutActivityDependencies {
  readonly registry: RegistryReader;
  readonly observations: ObservationLog;
  readonly leases: Leases;
  readonly prometheus: PrometheusClient;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

export interface GatewayInput {
  readonly model: string;
  readonly generation: number;
  /** Must be loaded and answering; absent: only the generation counts. */
  readonly version?: number;
}

/** Whether gateways serve what they were told to; one of before the field says no cause. */
export interface GatewayReadiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** `unloadable`: the version is at fault. `unacknowledged`: no gateway is there, or none that follows; it says nothing of it. */
  readonly cause?: 'unloadable' | 'unacknowledged';
}

/** How long gateways may take to load a version; a lease that is not renewed ends far sooner. */
const gatewayPatienceMs = 120_000;
const pollMs = 200;

/** Who gave the answer that was seen. */
const versionOf = (answer: PredictionRecord | CompletionRecord): number =>
  answer.kind === 'completion' ? answer.version : answer.served.version;

/** Of a rollout of several versions. */
export interface ArmsInput extends Omit<ExperimentInput, 'version'> {
  /** Those that have not left. */
  readonly versions: readonly number[];
  /** How many there were at the start. */
  readonly arms: number;
}

export interface ArmLook {
  readonly version: number;
  readonly look: Look;
}

export type RolloutActivities = ReturnType<typeof createRolloutActivities>;

export function createRolloutActivities(dependencies: RolloutActivityDependencies) {
  const { registry, observations, leases, prometheus, metrics, now } = dependencies;

  /** @param known - records of that time, where they were read already */
  const readVersionHealth = async (
    { model, startedAt, guardrails }: { model: string; startedAt: string; guardrails: Guardrails },
    version: number,
    known?: readonly Observation[],
  ): Promise<MeasuredHealth> => {
    const windowSeconds = Math.max(10, (now().getTime() - Date.parse(startedAt)) / 1_000);
    const measured = await prometheus.readHealth({ model, version: String(version), windowSeconds });
    if (!limitsTexts(guardrails)) return measured;
    const since = new Date(startedAt);
    const records = known ?? (await observations.read(model, { since }));
    return { ...measured, texts: textHealthOf(records, { version, since }) };
  };

  /** A rollback by a signed command, that a rollout was not told of, is taken up at its next look. */
  const findTakenOut = async (model: string, version: number, since: string): Promise<Look | undefined> => {
    const routing = await registry.readRouting(model);
    if (!routing?.quarantined.includes(version)) return undefined;
    const ledger = await registry.readLedger(model);
    const entry = ledger.findLast(({ change }) => change.kind === 'rollback' && change.version === version);
    const generation = entry?.result.routing?.generation;
    if (!entry || generation === undefined || entry.at < since) return undefined;
    const reason = `taken out by ${entry.actor}: ${entry.reason}`;
    return { verdict: 'rollback', pairs: 0, requests: 0, reasons: [reason], takenOutBy: generation };
  };

  /** Metrics back in band: the version in service keeps to the guardrails; a lack of measurements is said, and is no fault. */
  const judgeChampion = async (
    { model, since, guardrails }: { model: string; since: string; guardrails?: Guardrails },
    champion: number | undefined,
    records: readonly Observation[],
  ): Promise<HealthJudgement | undefined> => {
    if (!guardrails || champion === undefined) return undefined;
    try {
      const measured = await readVersionHealth({ model, startedAt: since, guardrails }, champion, records);
      return judgeHealth(measured, measured, guardrails);
    } catch (error) {
      if (!(error instanceof CoppiceFailure) || error.type !== 'MetricsUnavailable') throw error;
      return { status: 'insufficient', reasons: [error.message] };
    }
  };

  const readRecords = async ({ model, policy, ...input }: Omit<ExperimentInput, 'version'>) => {
    const since = policy.metrics ? outcomesSince({ ...input, policy }) : new Date(input.startedAt);
    return observations.read(model, { since });
  };
  const readHealthOf = async (
    { model, champion, policy: { guardrails }, startedAt }: Omit<ExperimentInput, 'version'>,
    version: number,
    records: Promise<readonly Observation[]>,
  ): Promise<HealthJudgement> => {
    const known = limitsTexts(guardrails) ? await records : [];
    const [ofChallenger, ofChampion] = await Promise.all([
      readVersionHealth({ model, startedAt, guardrails }, version, known),
      readVersionHealth({ model, startedAt, guardrails }, champion, known),
    ]);
    return judgeHealth(ofChampion, ofChallenger, guardrails);
  };
  const show = (
    { model, mode, experiment }: Omit<ExperimentInput, 'version'>,
    version: number,
    shown: Shown,
  ) =>
    metrics.showRollout({
      ...{ model, version: String(version), state: mode, experiment, interval: shown.interval },
      ...(shown.estimate !== undefined && { estimate: shown.estimate }),
      ...(shown.hold && { holdPValue: shown.hold.pValue }),
    });

  return {
    /** What an approval must rest on, and who asked for what it lets in. */
    async describeApproval({
      model,
      version,
      requestedBy,
    }: {
      model: string;
      version: number;
      requestedBy: string;
    }): Promise<Pick<Approval, 'requesters'> & { evidence: Digest }> {
      const document = await registry.readVersion(model, version);
      if (!document)
        throw new CoppiceFailure('InvalidInput', `${formatVersion(model, version)} is not registered`);
      const { trigger, evidence } = document;
      const people = [requestedBy, ...(trigger.kind === 'person' ? [trigger.name] : [])];
      return { evidence: evidence.digest, requesters: [...new Set(people)] };
    },

    /** Waits until every gateway that holds a lease serves the generation (and has loaded the version). */
    async awaitGateways({ model, generation, version }: GatewayInput): Promise<GatewayReadiness> {
      return withHeartbeat(async (signal) => {
        const deadline = now().getTime() + gatewayPatienceMs;
        for (;;) {
          const live = await leases.read(model, now());
          const failures = live.flatMap(({ replica, failed }) => {
            const reason = version === undefined ? undefined : failed[String(version)];
            return reason === undefined ? [] : [`${replica} cannot load version ${version}: ${reason}`];
          });
          if (failures.length > 0) return { ready: false, reasons: failures, cause: 'unloadable' };
          const behind = live.filter(
            (lease) =>
              lease.generation < generation || (version !== undefined && !lease.ready.includes(version)),
          );
          if (live.length > 0 && behind.length === 0) return { ready: true, reasons: [] };
          if (now().getTime() > deadline) {
            const reason =
              live.length === 0
                ? 'no gateway holds a lease'
                : `waited for ${behind.map((it) => it.replica).join(', ')}`;
            return { ready: false, reasons: [reason], cause: 'unacknowledged' };
          }
          await setTimeout(pollMs, undefined, { signal });
        }
      });
    },

    /**
     * One look at a running experiment: guardrails, sample ratio, labels and the paired test, as one verdict; where answers
     * are not compared, guardrails and sample ratio, and what people said of them where the policy names it.
     */
    async judgeExperiment(input: ExperimentInput): Promise<Look> {
      const { model, version } = input;
      const takenOut = await findTakenOut(model, version, input.startedAt);
      if (takenOut) return takenOut;
      const reading = readRecords(input);
      const [records, health] = await Promise.all([reading, readHealthOf(input, version, reading)]);
      const { look, shown } = lookAtExperiment(input, { records, health, now: now() });
      show(input, version, shown);
      return look;
    },

    /** The same of several challengers, each against the version in service, at α over all of them. */
    async judgeArms(input: ArmsInput): Promise<readonly ArmLook[]> {
      const { arms, versions, policy, startedAt } = input;
      const takenOut = await Promise.all(versions.map((it) => findTakenOut(input.model, it, startedAt)));
      const open = versions.filter((_, index) => !takenOut[index]);
      const reading = readRecords(input);
      const [records, ...healths] = await Promise.all([
        reading,
        ...open.map((version) => readHealthOf(input, version, reading)),
      ]);
      const decides =
        input.judgedBy === 'guardrails' ? input.step >= policy.steps.length : !input.qualityProven;
      const found = judgeArms(
        open,
        (version, alpha) => {
          const own = { ...input, version, policy: { ...policy, alpha } };
          const compared = comparedWithChampion(own, records, arms);
          const health = healths[open.indexOf(version)];
          const seen = lookAtExperiment(compared.input, { records: compared.records, health, now: now() });
          return { ...seen, verdict: seen.look.verdict };
        },
        { alpha: policy.alpha, arms, decides },
      );
      for (const [version, { shown }] of found) show(input, version, shown);
      return versions.flatMap((version, index) => {
        const look = takenOut[index] ?? found.get(version)?.look;
        return look ? [{ version, look }] : [];
      });
    },

    /** One look at a new champion in its watch window: does it keep to the guardrails? */
    async judgeWatch(input: {
      model: string;
      version: number;
      policy: RolloutSpec;
      startedAt: string;
    }): Promise<Look> {
      const takenOut = await findTakenOut(input.model, input.version, input.startedAt);
      if (takenOut) return takenOut;
      const { model, startedAt, policy } = input;
      const { guardrails } = policy;
      const measured = await readVersionHealth({ model, startedAt, guardrails }, input.version);
      const health = judgeHealth(measured, measured, guardrails);
      return {
        verdict: health.status === 'unhealthy' ? 'unhealthy' : 'continue',
        pairs: 0,
        requests: Math.floor(measured.requests ?? 0),
        reasons: health.reasons,
      };
    },

    /** After a rollback: no answer of the bad version, and automation cannot bring it back. */
    async verifyRollback(input: {
      model: string;
      version: number;
      generation: number;
      since: string;
      /** Absent in histories from before the version in service was held to them. */
      guardrails?: Guardrails;
    }): Promise<RollbackVerification> {
      const { model, version, generation } = input;
      const routing = await registry.readRouting(model);
      const records = await observations.read(model, { since: new Date(input.since) });
      const answers = records
        .filter((record) => record.kind !== 'feedback')
        .filter((record) => record.generation >= generation);
      const bad = answers.filter((answer) => versionOf(answer) === version);
      const quarantined = routing?.quarantined.includes(version) ?? false;
      const outOfTraffic = routing?.champion !== version && !challengersOf(routing ?? {}).includes(version);
      const health = await judgeChampion(input, routing?.champion, records);
      const reasons = [
        `answers since the rollback: ${answers.length}, of them by version ${version}: ${bad.length}`,
        quarantined ? `version ${version} is quarantined` : `version ${version} is not quarantined`,
        ...(outOfTraffic ? [] : [`the routing still names version ${version}`]),
        ...(health?.reasons ?? []).map((reason) => `version ${routing?.champion ?? '?'}: ${reason}`),
      ];
      return {
        verified:
          quarantined &&
          outOfTraffic &&
          bad.length === 0 &&
          answers.length > 0 &&
          health?.status !== 'unhealthy',
        generation,
        answersSince: answers.length,
        answersByBadVersion: bad.length,
        quarantined,
        reasons,
      };
    },
  };
}
