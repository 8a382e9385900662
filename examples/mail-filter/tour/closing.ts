// The end of the tour: versions, metrics and verdicts with intervals, time against budget, and where to look.
import type { ControlApi } from '../../../client/control-api.ts';
import { figureText, shortTime, table } from '../../../command-line/output.ts';
import type { VersionSummary } from '../../../contracts/control-api.ts';
import type { Settings } from '../../../settings/settings.ts';
import { model, type Session } from './session.ts';

export interface ChapterTime {
  readonly title: string;
  readonly budgetSeconds: number;
  readonly seconds: number;
}

/** Of a session, what its end is told from. */
export type ClosingSession = Pick<Session, 'startedAt' | 'rollouts'> & {
  readonly running?: {
    readonly settings: Settings;
    readonly control: Pick<ControlApi, 'versions' | 'evidence' | 'reportUrl'>;
  };
};

export async function closing(
  session: ClosingSession,
  times: readonly ChapterTime[],
  failure: Error | undefined,
): Promise<string> {
  const versions = (await session.running?.control.versions(model).catch(() => [])) ?? [];
  const parts = [
    describeVersions(versions),
    await describeMetrics(session, versions),
    describeRollouts(session),
    describeTimes(session, times),
    describeLinks(session, versions),
  ];
  const end =
    failure === undefined ? 'All came out as told.' : `The tour did not come out as told: ${failure.message}`;
  return [...parts.filter((part) => part !== ''), end].join('\n\n');
}

function describeVersions(versions: readonly VersionSummary[]): string {
  if (versions.length === 0) return '';
  return table(
    ['version', 'state', 'made', 'because of'],
    versions.map(({ version, state, createdAt, trigger }) => [
      String(version),
      state,
      shortTime(createdAt),
      trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind,
    ]),
  );
}

/** The intervals stand in the evidence of a version; where it cannot be had, the values stand alone. */
async function describeMetrics(
  { running }: ClosingSession,
  versions: readonly VersionSummary[],
): Promise<string> {
  if (!running || versions.length === 0) return '';
  const rows = await Promise.all(
    versions.map(async ({ version, metrics }) => {
      const evidence = await running.control.evidence(model, version).catch(() => undefined);
      const judged = evidence?.systems[0].metrics ?? {};
      return [
        String(version),
        ...['accuracy', 'f1', 'auc', 'brier'].map((name) =>
          figureText(judged[name] ?? { value: metrics[name] ?? null }),
        ),
      ];
    }),
  );
  return table(['version', 'accuracy [95 % interval]', 'F1', 'AUC', 'Brier'], rows);
}

function describeRollouts({ rollouts }: ClosingSession): string {
  if (rollouts.length === 0) return '';
  return table(
    ['rollout of', 'began in', 'verdict', 'mails', 'Brier lower by (95 %)'],
    rollouts.map(({ version, entry, result: { verdict, look } }) => [
      `version ${version}`,
      entry,
      verdict,
      String(look?.pairs ?? ''),
      look?.interval
        ? `${look.estimate?.toFixed(4) ?? ''} [${look.interval.map((bound) => bound.toFixed(4)).join(', ')}]`
        : '',
    ]),
  );
}

function describeTimes({ startedAt }: ClosingSession, times: readonly ChapterTime[]): string {
  const total = (Date.now() - startedAt) / 1_000;
  const budget = times.reduce((sum, { budgetSeconds }) => sum + budgetSeconds, 0);
  const rows = times.map(({ title, budgetSeconds, seconds }) => [
    String(budgetSeconds),
    seconds.toFixed(0),
    title,
  ]);
  return table(
    ['budget', 'actual', 'seconds for'],
    [...rows, [String(budget), total.toFixed(0), 'all of it']],
  );
}

function describeLinks({ running }: ClosingSession, versions: readonly VersionSummary[]): string {
  if (!running) return '';
  const { settings, control } = running;
  // A tour that ended early has no version 2: what is named here is there.
  const shown = versions.find(({ state }) => state === 'champion') ?? versions.at(-1);
  return [
    `Temporal UI    ${settings.temporal.uiUrl}/namespaces/${settings.temporal.namespace}/workflows`,
    `Control pages  ${settings.controlUrl}${shown ? `/models/${model}` : ''}`,
    ...(shown ? [`Report         ${control.reportUrl(model, shown.version)}`] : []),
    `Prometheus     ${settings.prometheusUrl}`,
    `MinIO console  ${settings.store.consoleUrl} (user ${settings.store.accessKey}, password in secrets.json of the home folder)`,
    ...(shown
      ? [`Next           npx coppice versions ${model}; npx coppice lineage ${model}@${shown.version}`]
      : []),
  ].join('\n');
}
